/** A cycle as its device told it, before anybody judged it. */
import type { CapturedLine } from "../printout.ts";
import type { Sample } from "../sample.ts";
import type { Setup } from "./setup.ts";

/** Where an entry stands among those of this node. */
export interface ReadPlace {
  readonly life: number;
  readonly seq: number;
}

export interface PrintedLine extends CapturedLine {
  readonly wallMs: number;
}

/** A cycle that is over, or of which nothing more is heard. */
export interface SeenCycle {
  readonly setup: Setup;
  readonly seen:
    | {
      readonly kind: "samples";
      readonly samples: readonly Sample[];
      /** As the device names its program. */
      readonly program: string | null;
    }
    | { readonly kind: "printed"; readonly lines: readonly PrintedLine[] };
}
