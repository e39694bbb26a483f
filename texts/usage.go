package texts

import (
	"slices"
	"text/template/parse"
)

// usage is what a template refers to.
type usage struct {
	fields   []string
	articles []string
	literal  string // the text between
}

func usageOf(root *parse.ListNode) usage {
	var u usage
	u.addList(root)
	return u
}

func (u *usage) addList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			u.literal += string(n.Text)
		case *parse.ActionNode:
			u.addPipe(n.Pipe)
		case *parse.IfNode:
			u.addBranch(&n.BranchNode)
		case *parse.WithNode:
			u.addBranch(&n.BranchNode)
		case *parse.RangeNode:
			u.addBranch(&n.BranchNode)
		}
	}
}

func (u *usage) addBranch(branch *parse.BranchNode) {
	u.addPipe(branch.Pipe)
	u.addList(branch.List)
	u.addList(branch.ElseList)
}

func (u *usage) addPipe(pipe *parse.PipeNode) {
	for _, command := range pipe.Cmds {
		u.addArticle(command.Args)
		for _, arg := range command.Args {
			switch n := arg.(type) {
			case *parse.FieldNode:
				u.fields = appendNew(u.fields, n.Ident[0])
			case *parse.PipeNode:
				u.addPipe(n)
			}
		}
	}
}

// addArticle notes the article that a call of the function law names.
func (u *usage) addArticle(args []parse.Node) {
	if len(args) < 2 {
		return
	}
	name, isName := args[0].(*parse.IdentifierNode)
	article, isText := args[1].(*parse.StringNode)
	if isName && isText && name.Ident == "law" {
		u.articles = appendNew(u.articles, article.Text)
	}
}

func appendNew(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}
