"""What axe-core finds wrong with the chat, for who sees it with a screen reader, or barely."""

from editors import tools
from editors.vscode.workbench import Window

_LOOK = """
() => {
  // What the side bar has behind the page cannot be seen from in it.
  const behind = getComputedStyle(document.documentElement).getPropertyValue(
    "--vscode-sideBar-background",
  );
  document.body.style.backgroundColor = behind;
  return axe.run(document, { rules: { "page-has-heading-one": { enabled: true } } });
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


def expect_no_fault(window: Window, theme: str) -> None:
    """Have axe look through the chat as it is, in a theme."""
    window.dress(theme)
    frame = window.prompt.element_handle().owner_frame()
    assert frame is not None
    kind = THEMES[theme]
    frame.wait_for_function("kind => document.body.classList.contains(kind)", arg=kind)
    frame.evaluate(_AXE.read_text())
    found = frame.evaluate(_LOOK)
    told = [
        (each["id"], [(node["html"][:160], node["failureSummary"]) for node in each["nodes"]])
        for each in found["violations"]
    ]
    assert not told, f"{theme}:\n" + "\n".join(map(str, told))
