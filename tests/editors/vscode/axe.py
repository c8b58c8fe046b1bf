"""What axe-core finds wrong with the chat, for who sees it with a screen reader, or barely."""

from editors import tools
from editors.vscode.workbench import Window

_LOOK = """
only => {
  // What the side bar has behind the page cannot be seen from in it.
  const behind = getComputedStyle(document.documentElement).getPropertyValue(
    "--vscode-sideBar-background",
  );
  document.body.style.backgroundColor = behind;
  // A tag would bring in the rules of AAA too, which are off by default.
  const rules = { "color-contrast-enhanced": { enabled: false } };
  const options = { rules: { "page-has-heading-one": { enabled: true }, ...rules } };
  if (only) options.runOnly = { type: "tag", values: [only] };
  return axe.run(document, options);
}
"""
_AXE = tools.EXTENSION / "node_modules/axe-core/axe.min.js"

THEMES = {
    "Dark Modern": "vscode-dark",
    "Light Modern": "vscode-light",
    "Dark High Contrast": "vscode-high-contrast",
    "Light High Contrast": "vscode-high-contrast-light",
}
"""Themes, and how a page knows that it is shown in one of that kind."""


_OF_COLOURS = "cat.color"
"""The rules that a theme can break: it changes nothing but colours."""


def expect_no_fault(window: Window) -> None:
    """Have axe look through the chat as it is, in every kind of theme, and end in the first."""
    for place, theme in enumerate(reversed(THEMES)):
        _look(window, theme, only=_OF_COLOURS if place else None)


def _look(window: Window, theme: str, *, only: str | None) -> None:
    window.dress(theme)
    frame = window.prompt.element_handle().owner_frame()
    assert frame is not None
    kind = THEMES[theme]
    frame.wait_for_function("kind => document.body.classList.contains(kind)", arg=kind)
    frame.evaluate(_AXE.read_text())
    found = frame.evaluate(_LOOK, only)
    told = [
        (each["id"], [(node["html"][:160], node["failureSummary"]) for node in each["nodes"]])
        for each in found["violations"]
    ]
    assert not told, f"{theme}:\n" + "\n".join(map(str, told))
