package dossier

import (
	"crypto/sha256"
	"encoding/hex"
)

// journalCheck is the result of recomputing the hashes of the journal while the
// dossier is built. It does not replace verification by others, for which the bag
// and package evidence/verify exist.
type journalCheck struct {
	first, last string  // times of the first and last entry
	backwards   int     // entries earlier than the one before
	wrong       []int64 // entries whose hash or previous root does not hold
	rootHolds   bool
}

func (p *draft) checkJournal() journalCheck {
	var a journalCheck
	var tree hashTree
	for i := range p.folio.Entries {
		e := &p.folio.Entries[i]
		if e.Withheld {
			tree.addLeaf(e.Hash)
			continue
		}
		leaf := sha256.Sum256(append([]byte{0}, e.Raw...))
		if leaf != e.Hash || e.Parsed.Prev != tree.root() {
			a.wrong = append(a.wrong, e.Parsed.Seq)
		}
		tree.addLeaf(leaf)
		if i == 0 {
			a.first = e.Parsed.At
		} else if e.Parsed.At < a.last {
			a.backwards++
		}
		a.last = e.Parsed.At
	}
	a.rootHolds = tree.root() == p.folio.Root
	return a
}

// hashTree is the growing edge of an RFC 6962 tree: the roots of its full
// subtrees, largest first.
type hashTree struct {
	edge  [][32]byte
	sizes []int
}

func (m *hashTree) addLeaf(leaf [32]byte) {
	m.edge, m.sizes = append(m.edge, leaf), append(m.sizes, 1)
	for n := len(m.sizes); n > 1 && m.sizes[n-1] == m.sizes[n-2]; n = len(m.sizes) {
		m.edge[n-2] = hashPair(m.edge[n-2], m.edge[n-1])
		m.sizes[n-2] *= 2
		m.edge, m.sizes = m.edge[:n-1], m.sizes[:n-1]
	}
}

func (m *hashTree) root() string {
	if len(m.edge) == 0 {
		empty := sha256.Sum256(nil)
		return hex.EncodeToString(empty[:])
	}
	top := m.edge[len(m.edge)-1]
	for i := len(m.edge) - 2; i >= 0; i-- {
		top = hashPair(m.edge[i], top)
	}
	return hex.EncodeToString(top[:])
}

func hashPair(left, right [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}
