// What a turn changed: files and their changes, each to be accepted or taken back.

import { useEffect, useState } from "preact/hooks";

import type { HunkStatus, ReviewFile, ReviewHunk, ReviewPage, TurnView } from "../protocol_gen";
import { countsIn, isOpen, STANDINGS } from "../state/reviews";
import { Counts, Diff, linesOfPatch } from "./diff";
import { ask, run } from "./host";
import { Button, Field, Fold, Icon, Trouble, useAttempt } from "./parts";

export function Review(props: {
  turn: TurnView;
  threadId: string;
  methods: ReadonlySet<string>;
  revision: number;
}) {
  const { turn, threadId } = props;
  const canJudge = props.methods.has("review/get");
  const files = useChanges(turn, canJudge, props.revision);
  if (files === null || files.length === 0) {
    return null;
  }
  const { added, removed } = countsIn(files.flatMap((file) => file.hunks));
  const title = `${files.length} ${files.length === 1 ? "file" : "files"} changed`;
  return (
    <section class="review" aria-label={`What turn ${turn.number} changed`}>
      <Fold
        title={
          <>
            <Icon name="request-changes" />
            <span class="tool-title">{title}</span>
            <Counts added={added} removed={removed} />
          </>
        }
      >
        {() =>
          files.map((file) => (
            <File key={file.path} file={file} turnId={turn.turnId} canJudge={canJudge} />
          ))
        }
      </Fold>
      <Button look="quiet" onPress={() => run("peon.reviewTurn", threadId, turn.turnId)}>
        <Icon name="diff-multiple" /> Review
      </Button>
    </section>
  );
}

/** The changes, with what became of each where the server can say it. */
function useChanges(turn: TurnView, canJudge: boolean, revision: number): ReviewFile[] | null {
  const [files, setFiles] = useState<ReviewFile[] | null>(null);
  const { turnId } = turn;
  useEffect(() => {
    let isCurrent = true;
    (canJudge ? reviewed(turnId) : differing(turnId)).then(
      (found) => isCurrent && setFiles(found),
      // Its checkpoints may be gone, and then there is nothing to show.
      () => isCurrent && setFiles([]),
    );
    return () => {
      isCurrent = false;
    };
  }, [turnId, canJudge, revision]);
  return files;
}

async function reviewed(turnId: string): Promise<ReviewFile[]> {
  const files: ReviewFile[] = [];
  let offset: number | null = 0;
  while (offset !== null && files.length < MOST_FILES) {
    const page: ReviewPage = await ask("review/get", { turnId, offset });
    files.push(...page.files);
    offset = page.nextOffset;
  }
  return files;
}

/** So many files are shown in the chat; the tree of the review has them all. */
const MOST_FILES = 400;

async function differing(turnId: string): Promise<ReviewFile[]> {
  const { files } = await ask("turn/diff", { turnId });
  return files.map(({ path, oldPath, kind, binary, patch }) => {
    const places = { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0 };
    const hunk = { hunkId: path, kind: "text" as const, ...places, patch };
    return {
      path,
      oldPath,
      kind,
      binary,
      status: "pending",
      hunks: [{ ...hunk, status: "pending" }],
    };
  });
}

function File(props: { file: ReviewFile; turnId: string; canJudge: boolean }) {
  const { file, turnId, canJudge } = props;
  const name = file.oldPath === null ? file.path : `${file.oldPath} → ${file.path}`;
  return (
    <section class="file" aria-label={file.path}>
      <div class="file-line">
        <button type="button" class="link" onClick={() => run("peon.openFile", file.path, null)}>
          {name}
        </button>
        <Counts {...countsIn(file.hunks)} />
        <Verdict status={file.status} />
        <span class="gap" />
        {canJudge && isOpen(file) && <Judge turnId={turnId} path={file.path} what={file.path} />}
      </div>
      {file.hunks.map((hunk) => (
        <Hunk
          key={hunk.hunkId}
          hunk={hunk}
          file={file}
          turnId={turnId}
          canJudge={canJudge && file.hunks.length > 1}
        />
      ))}
    </section>
  );
}

function Hunk(props: { hunk: ReviewHunk; file: ReviewFile; turnId: string; canJudge: boolean }) {
  const { hunk, file, turnId } = props;
  const line = Math.max(1, hunk.newStart);
  const place = `line ${line} of ${file.path}`;
  return (
    <section class={`hunk ${hunk.status}`} aria-label={`Change at ${place}`}>
      {props.canJudge && (
        <div class="hunk-line">
          <button type="button" class="link" onClick={() => run("peon.openFile", file.path, line)}>
            Line {line}
          </button>
          <Verdict status={hunk.status} />
          <span class="gap" />
          {hunk.status === "pending" && (
            <Judge turnId={turnId} path={file.path} hunkIds={[hunk.hunkId]} what={place} />
          )}
        </div>
      )}
      {hunk.patch === null ? (
        <p class="faint">{file.binary ? "Not text." : "Too long to be shown here."}</p>
      ) : (
        <Diff lines={linesOfPatch(hunk.patch)} label={`Changes at ${place}`} />
      )}
    </section>
  );
}

function Verdict({ status }: { status: HunkStatus }) {
  return status === "pending" ? null : <span class="faint">{STANDINGS[status]}</span>;
}

/** Accept or take back; a word to the agent may go with it. */
function Judge(props: { turnId: string; path: string; hunkIds?: string[]; what: string }) {
  const { turnId, path, what } = props;
  const [commenting, setCommenting] = useState(false);
  const { trouble, busy, attempt } = useAttempt();
  const named = {
    turnId,
    path,
    ...(props.hunkIds === undefined ? {} : { hunkIds: props.hunkIds }),
  };
  const reject = (comment: string | null) =>
    void attempt(() => ask("review/reject", { ...named, comment }));
  if (commenting) {
    return (
      <Field
        label={`Why ${what} is taken back, for the agent`}
        placeholder="Tell the agent why (Enter takes it back, Shift+Enter begins a line)"
        onDone={(words) => {
          setCommenting(false);
          reject(words || null);
        }}
        onLeave={() => setCommenting(false)}
      />
    );
  }
  return (
    <span class="judge">
      <Button
        look="quiet"
        label={`Accept ${what}`}
        disabled={busy}
        onPress={() => void attempt(() => ask("review/accept", named))}
      >
        <Icon name="check" />
      </Button>
      <Button look="quiet" label={`Take back ${what}`} disabled={busy} onPress={() => reject(null)}>
        <Icon name="discard" />
      </Button>
      <Button
        look="quiet"
        label={`Take back ${what}, with a comment`}
        disabled={busy}
        onPress={() => setCommenting(true)}
      >
        <Icon name="comment" />
      </Button>
      <Trouble words={trouble} />
    </span>
  );
}
