// Package intake tells what a received file is and what may be learned from it
// before it becomes evidence: its kind by its bytes, whether it is two formats
// in one, whether it can be shown, when and with what it was taken, and whether
// it is another file once more. It also makes the copy that people look at.
//
// It decides by bytes, never by names, and streams: what a header claims bounds
// memory before anything is decoded. It changes no original, keeps nothing and
// knows no case. A file that may be a real receipt is kept even when it is
// damaged, encrypted or active; the Report then says so. Use cases, activities
// and commands may import it; it imports recovery and its own rooms pdf and heic.
package intake
