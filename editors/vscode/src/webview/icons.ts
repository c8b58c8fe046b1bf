// The icons of the chat, drawn into the page: the editor's font would be larger than all of them.

import add from "@vscode/codicons/src/icons/add.svg";
import arrowCircleUp from "@vscode/codicons/src/icons/arrow-circle-up.svg";
import arrowDown from "@vscode/codicons/src/icons/arrow-down.svg";
import arrowRight from "@vscode/codicons/src/icons/arrow-right.svg";
import arrowUp from "@vscode/codicons/src/icons/arrow-up.svg";
import attach from "@vscode/codicons/src/icons/attach.svg";
import book from "@vscode/codicons/src/icons/book.svg";
import check from "@vscode/codicons/src/icons/check.svg";
import checklist from "@vscode/codicons/src/icons/checklist.svg";
import chevronDown from "@vscode/codicons/src/icons/chevron-down.svg";
import chevronRight from "@vscode/codicons/src/icons/chevron-right.svg";
import circleLarge from "@vscode/codicons/src/icons/circle-large.svg";
import circleSlash from "@vscode/codicons/src/icons/circle-slash.svg";
import close from "@vscode/codicons/src/icons/close.svg";
import comment from "@vscode/codicons/src/icons/comment.svg";
import debugStop from "@vscode/codicons/src/icons/debug-stop.svg";
import diff from "@vscode/codicons/src/icons/diff.svg";
import diffMultiple from "@vscode/codicons/src/icons/diff-multiple.svg";
import discard from "@vscode/codicons/src/icons/discard.svg";
import edit from "@vscode/codicons/src/icons/edit.svg";
import error from "@vscode/codicons/src/icons/error.svg";
import file from "@vscode/codicons/src/icons/file.svg";
import fileMedia from "@vscode/codicons/src/icons/file-media.svg";
import gitBranch from "@vscode/codicons/src/icons/git-branch.svg";
import gitCommit from "@vscode/codicons/src/icons/git-commit.svg";
import globe from "@vscode/codicons/src/icons/globe.svg";
import lightbulb from "@vscode/codicons/src/icons/lightbulb.svg";
import linkExternal from "@vscode/codicons/src/icons/link-external.svg";
import listSelection from "@vscode/codicons/src/icons/list-selection.svg";
import loading from "@vscode/codicons/src/icons/loading.svg";
import passFilled from "@vscode/codicons/src/icons/pass-filled.svg";
import playCircle from "@vscode/codicons/src/icons/play-circle.svg";
import question from "@vscode/codicons/src/icons/question.svg";
import requestChanges from "@vscode/codicons/src/icons/request-changes.svg";
import search from "@vscode/codicons/src/icons/search.svg";
import send from "@vscode/codicons/src/icons/send.svg";
import settings from "@vscode/codicons/src/icons/settings.svg";
import shield from "@vscode/codicons/src/icons/shield.svg";
import terminal from "@vscode/codicons/src/icons/terminal.svg";
import thumbsdown from "@vscode/codicons/src/icons/thumbsdown.svg";
import thumbsup from "@vscode/codicons/src/icons/thumbsup.svg";
import tools from "@vscode/codicons/src/icons/tools.svg";
import trash from "@vscode/codicons/src/icons/trash.svg";
import warning from "@vscode/codicons/src/icons/warning.svg";

export const ICONS = {
  add: add,
  "arrow-circle-up": arrowCircleUp,
  "arrow-down": arrowDown,
  "arrow-right": arrowRight,
  "arrow-up": arrowUp,
  attach: attach,
  book: book,
  check: check,
  checklist: checklist,
  "chevron-down": chevronDown,
  "chevron-right": chevronRight,
  "circle-large": circleLarge,
  "circle-slash": circleSlash,
  close: close,
  comment: comment,
  "debug-stop": debugStop,
  diff: diff,
  "diff-multiple": diffMultiple,
  discard: discard,
  edit: edit,
  error: error,
  file: file,
  "file-media": fileMedia,
  "git-branch": gitBranch,
  "git-commit": gitCommit,
  globe: globe,
  lightbulb: lightbulb,
  "link-external": linkExternal,
  "list-selection": listSelection,
  loading: loading,
  "pass-filled": passFilled,
  "play-circle": playCircle,
  question: question,
  "request-changes": requestChanges,
  search: search,
  send: send,
  settings: settings,
  shield: shield,
  terminal: terminal,
  thumbsdown: thumbsdown,
  thumbsup: thumbsup,
  tools: tools,
  trash: trash,
  warning: warning,
};

export type IconName = keyof typeof ICONS;
