package dossier

import (
	"crypto/sha256"
	"encoding/hex"
)

// audit is what comes out of computing the journal's hashes again while the
// dossier is set. It is no verification for anybody else: that is what the bag
// and package evidence/verify are for.
type audit struct {
	first, last string  // times of the first and last entry
	backwards   int     // entries earlier than the one before
	wrong       []int64 // entries whose hash or previous root does not hold
	rootHolds   bool
}

func (p *papers) audit() audit {
	var a audit
	var tree merkle
	for i := range p.folio.Entries {
		e := &p.folio.Entries[i]
		leaf := sha256.Sum256(append([]byte{0}, e.Raw...))
		if leaf != e.Hash || e.Parsed.Prev != tree.root() {
			a.wrong = append(a.wrong, e.Parsed.Seq)
		}
		tree.add(leaf)
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

// merkle is the growing edge of an RFC 6962 tree: the roots of its full
// subtrees, largest first.
type merkle struct {
	edge  [][32]byte
	sizes []int
}

func (m *merkle) add(leaf [32]byte) {
	m.edge, m.sizes = append(m.edge, leaf), append(m.sizes, 1)
	for n := len(m.sizes); n > 1 && m.sizes[n-1] == m.sizes[n-2]; n = len(m.sizes) {
		m.edge[n-2] = parent(m.edge[n-2], m.edge[n-1])
		m.sizes[n-2] *= 2
		m.edge, m.sizes = m.edge[:n-1], m.sizes[:n-1]
	}
}

func (m *merkle) root() string {
	if len(m.edge) == 0 {
		empty := sha256.Sum256(nil)
		return hex.EncodeToString(empty[:])
	}
	top := m.edge[len(m.edge)-1]
	for i := len(m.edge) - 2; i >= 0; i-- {
		top = parent(m.edge[i], top)
	}
	return hex.EncodeToString(top[:])
}

func parent(left, right [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}
