package playbook

// pile is what many short lists of one answer are cut from: there are some
// forty, each an allocation or more on its own. A list that was cut stays as it is
// when the pile grows.
type pile[T any] []T

// since cuts what was put on the pile from a height on.
func (p pile[T]) since(height int) []T { return p[height:len(p):len(p)] }
