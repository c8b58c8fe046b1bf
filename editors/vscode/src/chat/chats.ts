// Every chat there is: the one in the side bar, and those in tabs.

import * as vscode from "vscode";

import type { Peon } from "../editor/peon";
import type { Rules } from "../editor/rules";
import type { ThreadId } from "../protocol_gen";
import type { Attachment } from "./bridge";
import { Chat, type Memory } from "./chat";
import { optionsOf } from "./html";

const VIEW = "peon.chat";
const TAB = "peon.chatTab";

export class Chats implements vscode.Disposable {
  private side: { chat: Chat; view: vscode.WebviewView } | undefined;
  private readonly tabs = new Map<Chat, vscode.WebviewPanel>();
  /** What was wanted before the view was there. */
  private wanted: ((chat: Chat) => void)[] = [];
  private readonly registrations: vscode.Disposable[];

  constructor(
    private readonly peon: Peon,
    private readonly rules: Rules,
    private readonly extension: vscode.Uri,
    private readonly kept: vscode.Memento,
  ) {
    this.registrations = [
      vscode.window.registerWebviewViewProvider(VIEW, {
        resolveWebviewView: (view) => this.resolve(view),
      }),
      vscode.window.registerWebviewPanelSerializer(TAB, {
        deserializeWebviewPanel: async (panel, state: { threadId?: string } | undefined) => {
          this.adopt(panel, state?.threadId);
        },
      }),
    ];
  }

  /** The thread that commands without an argument are about. */
  get current(): ThreadId | undefined {
    for (const [chat, panel] of this.tabs) {
      if (panel.active) {
        return chat.threadId;
      }
    }
    return this.side?.chat.threadId;
  }

  isSeen(threadId: ThreadId): boolean {
    if (this.side?.view.visible && this.side.chat.threadId === threadId) {
      return true;
    }
    return [...this.tabs].some(([chat, panel]) => panel.visible && chat.threadId === threadId);
  }

  /** Show a thread where it is shown already, or in the side bar. */
  async open(threadId: ThreadId | undefined, focus = true): Promise<void> {
    for (const [chat, panel] of this.tabs) {
      if (threadId !== undefined && chat.threadId === threadId) {
        panel.reveal(undefined, !focus);
        return;
      }
    }
    await this.inSide(focus, (chat) => {
      void this.peon.attempt(() => chat.show(threadId));
      if (focus) {
        chat.focus();
      }
    });
  }

  openTab(threadId: ThreadId): void {
    const panel = vscode.window.createWebviewPanel(
      TAB,
      "Peon",
      vscode.ViewColumn.Active,
      optionsOf(this.extension),
    );
    this.adopt(panel, threadId);
  }

  async reveal(threadId: ThreadId, actionId: string): Promise<void> {
    await this.open(threadId);
    for (const [chat] of this.tabs) {
      if (chat.threadId === threadId) {
        chat.reveal(actionId);
        return;
      }
    }
    this.side?.chat.reveal(actionId);
  }

  async attach(attachments: Attachment[]): Promise<void> {
    if (attachments.length === 0) {
      return;
    }
    for (const [chat, panel] of this.tabs) {
      if (panel.active) {
        chat.attach(attachments);
        return;
      }
    }
    await this.inSide(true, (chat) => chat.attach(attachments));
  }

  private async inSide(focus: boolean, act: (chat: Chat) => void): Promise<void> {
    if (this.side !== undefined) {
      this.side.view.show(!focus);
      act(this.side.chat);
      return;
    }
    this.wanted.push(act);
    await vscode.commands.executeCommand(`${VIEW}.focus`);
  }

  private resolve(view: vscode.WebviewView): void {
    const memory: Memory = {
      get: () => this.kept.get(VIEW, {}),
      set: (changes) => void this.kept.update(VIEW, { ...memory.get(), ...changes }),
    };
    const chat = new Chat(
      this.peon,
      this.rules,
      view.webview,
      this.extension,
      undefined,
      memory,
      () => {},
    );
    this.side = { chat, view };
    view.onDidChangeVisibility(() => {
      if (!view.visible) {
        chat.sleep();
      }
    });
    view.onDidDispose(() => {
      chat.dispose();
      this.side = undefined;
    });
    for (const act of this.wanted.splice(0)) {
      act(chat);
    }
  }

  private adopt(panel: vscode.WebviewPanel, threadId: ThreadId | undefined): void {
    panel.iconPath = vscode.Uri.joinPath(this.extension, "media", "icon.svg");
    const chat = new Chat(
      this.peon,
      this.rules,
      panel.webview,
      this.extension,
      threadId,
      undefined,
      (shown) => {
        panel.title = shown.thread?.title ?? "Peon";
      },
    );
    this.tabs.set(chat, panel);
    panel.onDidChangeViewState(() => {
      if (!panel.visible) {
        chat.sleep();
      }
    });
    panel.onDidDispose(() => {
      this.tabs.delete(chat);
      chat.dispose();
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.registrations, ...this.tabs.values()).dispose();
  }
}
