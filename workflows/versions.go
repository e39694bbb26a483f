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
// Before such a change is released, the histories in testdata/histories are
// written anew from the code that is released now, never from the change
// itself; the replay tests then hold the change to them.
//
// No change id is in use: the first release is the default version.
