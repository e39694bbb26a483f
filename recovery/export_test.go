package recovery

// DirectedLegalStep reports that a step of the law can only be directed at one
// counterpart, as a letter is.
func DirectedLegalStep(kind string) bool { return legalStepEffects[kind].directed }

// LegalInterruption is how a step of the law interrupts the limitation, if it does.
func LegalInterruption(kind string) (how InterruptionKind, interrupts bool) {
	how = legalStepEffects[kind].interrupts
	return how, how != ""
}

// WithReceived exposes withReceived.
func (p Position) WithReceived(amount Money) Position { return p.withReceived(amount) }

// EntryKindsWithoutRow lists the kinds that the table of disclosure does not name.
func EntryKindsWithoutRow() (missing []EntryKind) {
	for _, kind := range EntryKinds {
		if _, named := entryTable[kind]; !named {
			missing = append(missing, kind)
		}
	}
	return missing
}
