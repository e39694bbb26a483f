// Package workflows runs a case stage by stage, and builds exports. It decides
// when something happens: it waits for actions of people, for evidence and for
// deadlines. Package recovery decides what each of them does to the case. An
// activity writes the result to the database, and only then the workflow changes
// its own state.
//
// Workflow code is deterministic: it uses no clock, randomness, configuration,
// environment or map order. It handles no personal data.
//
// Packages casework (for names and inputs) and worker (for registration) import
// this package.
//
// # Runs
//
// The server ends or refuses a run at fixed numbers of Updates, signals and events, so
// a case continues as new long before (runUsage). The next run reads the case from the
// database and gets the last results, so that an action that is sent twice across the
// two runs is performed once. See continueAsNew.
//
// # Changing workflow code
//
// A run of a case lives for months. New code therefore replays histories that older
// code wrote (AutoUpgrade). From release 0.1.0 on, a change in the order or kind of commands
// (one activity more or less, another timer, another child workflow) must branch:
//
//	if workflow.GetVersion(ctx, changeReminders, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
//		// the code before the change
//	}
//
// Each change id is a constant, documented with its release and with the condition
// for deleting the old branch (no open history has the default version). These
// changes need no branch: an additional field of an input or a result, retry and
// timeout options, texts of summaries.
//
// The histories in testdata were recorded by package worker/histories. The tests of
// package worker replay all of them.
package workflows
