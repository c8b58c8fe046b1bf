"""Several editors on one state, and editors that leave and come back."""

from editors.neovim.conftest import Start
from editors.neovim.test_first import ask


def test_two_editors_see_the_same_and_the_first_answer_counts(start: Start):
    one, other = start(), start()
    other.command("Peon")
    other.sees("There is no project yet")
    ask(one, "say Shared.", "write a.txt text", "say Done.").sees("Script wants to edit")
    other.sees("Script wants to edit", "+text")
    one.press("a").sees("✓ completed")
    other.misses("Script wants to edit").sees("say Shared.")
    other.press("j<CR>").sees("Done.", "✓ completed")


def test_an_editor_that_comes_back_has_lost_nothing(start: Start):
    first = start()
    ask(first, "say Before I left.", "sleep 2", "write a.txt text", "say After.")
    first.sees("Before I left.", "at work")
    first.leave()
    second = start()
    second.command("Peon chat")
    second.sees("Before I left.", "Script wants to edit").press("a")
    second.sees("After.", "✓ completed")
