package recovery

// Overlap is what two cases have in common.
type Overlap string

// The overlaps, the strongest first. They are part of the public API.
const (
	SamePayment Overlap = "same_payment" // the number of a payment
	SameFile    Overlap = "same_file"    // the bytes of a file
	SamePicture Overlap = "same_picture" // what a picture shows, in another file
	SamePayee   Overlap = "same_payee"   // a counterpart's account or address, or name in a group
)

// Overlaps lists every overlap.
var Overlaps = []Overlap{SamePayment, SameFile, SamePicture, SamePayee}

// RelatedCase is another case with something in common. Related cases are no proof of
// anything: people send the same mistake twice, and one payee may get many.
type RelatedCase struct {
	CaseID     CaseID
	Number     CaseNumber
	Overlap    Overlap
	EvidenceID EvidenceID // the file of this case that the other one has, too; "" without a file
}
