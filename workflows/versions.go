package workflows

// How to change workflow code while cases run.
//
// A case lives for months and is never continued as new, because its history is
// part of what can be audited. New code therefore replays histories that old
// code wrote (AutoUpgrade), and whatever changes the order or kind of commands
// (an activity more or less, another timer, another child) must branch:
//
//	if workflow.GetVersion(ctx, changeReminders, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
//		// what the code did before
//	}
//
// Every change id is a constant in this file, with the release that brought it
// and the condition under which its old branch may go (no open history holds
// the default version any more). A change that needs no branch: inputs and
// results with a field more, retry and timeout options, texts of summaries.
//
// The histories in testdata/histories/before are from code before such a change and
// stay for as long as its old branch does; those beside them are from the code of
// now. The replay tests hold every change to both. Before a release, what stands
// beside is moved there if the change touches it, and written anew.

// Editions. A change that holds for the whole of a case's life is told by its input
// and costs no event: the marker of GetVersion is listed with the case as well,
// and made opening one a fifth dearer for the server.
//
// Edition 1, from before the first release: what a case does of itself is written in
// place, see ofItself, and deadlines are staggered. What is older may go when no
// case is open that was taken up before.
const (
	edition        = 1 // of this code
	sinceInPlace   = 1
	sinceStaggered = 1
)
