// What a turn changed: files with their diffs.

import { useEffect, useState } from "preact/hooks";

import type { FileChange, TurnView } from "../protocol_gen";
import { Counts, Diff, linesOfPatch } from "./diff";
import { ask, run } from "./host";
import { Button, Fold, Icon } from "./parts";

export function Review(props: {
  turn: TurnView;
  threadId: string;
  methods: ReadonlySet<string>;
  isLast: boolean;
}) {
  const { turn, threadId } = props;
  const files = useChanges(turn);
  if (files === null || files.length === 0) {
    return null;
  }
  const added = files.reduce((sum, each) => sum + each.insertions, 0);
  const removed = files.reduce((sum, each) => sum + each.deletions, 0);
  const title = `${files.length} ${files.length === 1 ? "file" : "files"} changed`;
  return (
    <section class="review" aria-label={`What turn ${turn.number} changed`}>
      <Fold
        label={`${title}, ${added} lines added, ${removed} removed`}
        title={
          <>
            <Icon name="request-changes" />
            <span class="tool-title">{title}</span>
            <Counts added={added} removed={removed} />
          </>
        }
      >
        {() => files.map((file) => <File key={file.path} file={file} />)}
      </Fold>
      <Button look="quiet" onPress={() => run("peon.reviewTurn", threadId, turn.turnId)}>
        <Icon name="diff-multiple" /> Review
      </Button>
    </section>
  );
}

function useChanges(turn: TurnView): FileChange[] | null {
  const [files, setFiles] = useState<FileChange[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    ask("turn/diff", { turnId: turn.turnId }).then(
      (answer) => isCurrent && setFiles(answer.files),
      // Its checkpoints may be gone, and then there is nothing to show.
      () => isCurrent && setFiles([]),
    );
    return () => {
      isCurrent = false;
    };
  }, [turn.turnId]);
  return files;
}

function File({ file }: { file: FileChange }) {
  return (
    <div class="file">
      <div class="file-line">
        <button type="button" class="link" onClick={() => run("peon.openFile", file.path, null)}>
          {file.oldPath === null ? file.path : `${file.oldPath} → ${file.path}`}
        </button>
        <Counts added={file.insertions} removed={file.deletions} />
      </div>
      {file.patch === null ? (
        <p class="faint">{file.binary ? "Not text." : "Too long to be shown here."}</p>
      ) : (
        <Diff lines={linesOfPatch(file.patch)} label={`Changes to ${file.path}`} />
      )}
    </div>
  );
}
