// Package tree has a sorted map.
package tree

import (
	"cmp"
	"iter"
)

// Tree is a binary search tree. The zero Tree is empty and ready for use.
type Tree[K cmp.Ordered, V any] struct {
	root *node[K, V]
	size int
}

type node[K cmp.Ordered, V any] struct {
	key         K
	value       V
	left, right *node[K, V]
}

// Len returns how many keys the tree has.
func (t *Tree[K, V]) Len() int {
	return t.size
}

// Get returns the value of a key.
func (t *Tree[K, V]) Get(key K) (value V, ok bool) {
	for n := t.root; n != nil; {
		switch order := cmp.Compare(key, n.key); {
		case order < 0:
			n = n.left
		case order > 0:
			n = n.right
		default:
			return n.value, true
		}
	}
	return value, false
}

// Put sets the value of a key.
func (t *Tree[K, V]) Put(key K, value V) {
	t.root = t.insert(t.root, key, value)
}

// All returns the keys and values in the order of the keys.
func (t *Tree[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		t.root.walk(yield)
	}
}

func (t *Tree[K, V]) insert(n *node[K, V], key K, value V) *node[K, V] {
	if n == nil {
		t.size++
		return &node[K, V]{key: key, value: value}
	}
	switch order := cmp.Compare(key, n.key); {
	case order < 0:
		n.left = t.insert(n.left, key, value)
	case order > 0:
		n.right = t.insert(n.right, key, value)
	default:
		n.value = value
	}
	return n
}

func (n *node[K, V]) walk(yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	return n.left.walk(yield) && yield(n.key, n.value) && n.right.walk(yield)
}
