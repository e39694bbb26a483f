// Package copies makes the copies of evidence that another party gets instead of the
// originals: texts without personal data, and of a bill only the rows of the payment.
//
// It does not decide who gets a copy (package recovery) and stores nothing (package
// casework). Copies of pictures are made by package intake.
package copies
