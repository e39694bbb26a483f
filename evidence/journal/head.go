package journal

import (
	"encoding/hex"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Head is the growing edge of one case's Merkle tree (RFC 6962 §2.1): enough to
// append and to know the root, at O(log n) size. It is not safe for concurrent
// use; the store holds the case's head row while it appends.
type Head struct {
	edge *compact.Range
}

var edges = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// NewHead is the head of an empty journal.
func NewHead() *Head { return &Head{edge: edges.NewEmptyRange(0)} }

// LoadHead restores a head from its size and the hashes Hashes gave.
func LoadHead(size uint64, hashes [][]byte) (*Head, error) {
	edge, err := edges.NewRange(0, size, hashes)
	if err != nil {
		return nil, fmt.Errorf("journal head of size %d: %w", size, err)
	}
	return &Head{edge: edge}, nil
}

// Size is the number of entries.
func (h *Head) Size() uint64 { return h.edge.End() }

// next is the sequence number the next entry gets.
func (h *Head) next() int64 { return int64(h.Size()) + 1 }

// Hashes is the state to store.
func (h *Head) Hashes() [][]byte { return h.edge.Hashes() }

// Root is the Merkle tree hash; of an empty journal, SHA-256 of nothing.
func (h *Head) Root() []byte {
	if h.Size() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	root, err := h.edge.GetRootHash(nil)
	if err != nil {
		panic("journal: a range that starts at 0 always has a root: " + err.Error())
	}
	return root
}

// RootHex is the root as entries and checkpoints print it.
func (h *Head) RootHex() string { return hex.EncodeToString(h.Root()) }

func (h *Head) add(raw []byte) ([32]byte, error) {
	leaf := rfc6962.DefaultHasher.HashLeaf(raw)
	if err := h.edge.Append(leaf, nil); err != nil {
		return [32]byte{}, fmt.Errorf("journal append: %w", err)
	}
	return [32]byte(leaf), nil
}
