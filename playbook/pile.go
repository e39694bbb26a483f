package playbook

// pile is what many short lists of one answer are cut from: there are some fifty,
// and fifty lists of their own were a fifth of what an answer allocated. A list
// that was cut stays as it is when the pile grows.
type pile[T any] []T

// since cuts what was put on the pile from a height on.
func (p pile[T]) since(height int) []T { return p[height:len(p):len(p)] }
