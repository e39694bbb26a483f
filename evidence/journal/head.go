package journal

import (
	"encoding/hex"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Head is the state of one case's hash tree (RFC 6962 §2.1) that is needed to
// append entries and to compute the root. Its size is O(log n). It is not safe
// for concurrent use; the store locks the head row of the case while it appends.
type Head struct {
	nodes *compact.Range // roots of the complete subtrees
}

var rangeFactory = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// NewHead returns the head of an empty journal.
func NewHead() *Head { return &Head{nodes: rangeFactory.NewEmptyRange(0)} }

// LoadHead restores a head from the results of Size and Hashes.
func LoadHead(size uint64, hashes [][]byte) (*Head, error) {
	nodes, err := rangeFactory.NewRange(0, size, hashes)
	if err != nil {
		return nil, fmt.Errorf("journal head of size %d: %w", size, err)
	}
	return &Head{nodes: nodes}, nil
}

// Size returns the number of entries.
func (h *Head) Size() uint64 { return h.nodes.End() }

// nextSequence returns the sequence number of the next entry.
func (h *Head) nextSequence() int64 { return int64(h.Size()) + 1 }

// Hashes returns the roots of the complete subtrees, which LoadHead needs.
func (h *Head) Hashes() [][]byte { return h.nodes.Hashes() }

// Root returns the root of the hash tree. For an empty journal it is the SHA-256
// of no bytes.
func (h *Head) Root() []byte {
	if h.Size() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	root, err := h.nodes.GetRootHash(nil)
	if err != nil {
		panic("journal: a range that starts at 0 always has a root: " + err.Error())
	}
	return root
}

// RootHex returns the root in hex, as entries contain it.
func (h *Head) RootHex() string { return hex.EncodeToString(h.Root()) }

func (h *Head) appendLeaf(raw []byte) ([32]byte, error) {
	leaf := rfc6962.DefaultHasher.HashLeaf(raw)
	if err := h.nodes.Append(leaf, nil); err != nil {
		return [32]byte{}, fmt.Errorf("journal append: %w", err)
	}
	return [32]byte(leaf), nil
}
