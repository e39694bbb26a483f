// Package workflows is the journey of a case, stage by stage, and the building
// of an export. It decides when: it waits for acts of people, for evidence and
// for deadlines, asks package recovery what each of them does to the case, has
// the step written down by an activity, and only then stands there.
//
// The code is deterministic: no clock, randomness, configuration, environment
// or map order. No personal data passes through it. Changes to the order of its
// commands follow versions.go and are held by the histories in testdata.
//
// Packages casework (for the names and inputs) and worker (for registering)
// import it.
package workflows
