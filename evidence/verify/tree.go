package verify

import "crypto/sha256"

// tree is the right edge of a Merkle tree (RFC 6962 §2.1): the roots of its
// full subtrees, largest first.
type tree struct {
	size uint64
	edge [][sha256.Size]byte
	leaf []byte // kept for its memory
}

func (t *tree) add(leaf [sha256.Size]byte) {
	t.edge = append(t.edge, leaf)
	t.size++
	for left := t.size; left&1 == 0; left >>= 1 {
		last := len(t.edge) - 1
		t.edge[last-1] = hashPair(&t.edge[last-1], &t.edge[last])
		t.edge = t.edge[:last]
	}
}

func (t *tree) root() [sha256.Size]byte {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = hashPair(&t.edge[i], &root)
	}
	return root
}

// addData hashes 0x00 ‖ data as a leaf; hashPair hashes 0x01 ‖ left ‖ right.
func (t *tree) addData(data []byte) {
	t.leaf = append(append(t.leaf[:0], 0), data...)
	t.add(sha256.Sum256(t.leaf))
}

func hashPair(left, right *[sha256.Size]byte) [sha256.Size]byte {
	var both [1 + 2*sha256.Size]byte
	both[0] = 1
	copy(both[1:], left[:])
	copy(both[1+sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}
