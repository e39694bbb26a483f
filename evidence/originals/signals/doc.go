// Package signals finds marks in a file that say how it was made or changed: labels of
// generated content (C2PA, IPTC, GB 45438-2025), names of generators and editors, sizes
// that no screen has, and times that contradict each other.
//
// A signal is a reason to look closer, never a verdict: honest files have signals, and
// forged files often have none. The package verifies no signature and decodes no picture.
// It reads bounded parts of a file, so that hostile files cost little. The examination of
// files and the use case for staff import it; it imports nothing of this module.
package signals
