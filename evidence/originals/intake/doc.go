// Package intake examines a received file before it becomes evidence. It detects
// the media type by content, refuses files that are two formats at once, decides
// whether the file can be shown, reads when and with what it was taken, and computes
// a perceptual hash to find near-duplicates. It also makes the copy for viewing.
//
// It never trusts file names and reads in streams: sizes in a header are checked
// before anything is decoded, which bounds memory. It changes no original, stores
// nothing and knows no case. A file that may be a real receipt is accepted even when
// it is damaged, encrypted or active; the Report contains the finding. Use cases,
// activities and commands may import it; it imports recovery, pdf, heic and signals.
package intake
