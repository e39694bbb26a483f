package e2e_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// rightThatEnds is a right to act on a case that one of the requests sent at once ends.
type rightThatEnds struct {
	act    func(i int) request // uses the right
	end    request
	kind   string // of the entries that act makes
	ending string // kind of the entry that end makes
	after  int    // status of act once the right has ended
}

// TestRightsThatEndInTwoProcesses ends a right while it is used by both processes. What
// was answered as done is in the journal, and nothing follows the end.
func TestRightsThatEndInTwoProcesses(t *testing.T) {
	p := startTwo(t)
	for name, prepare := range map[string]func(*twoProcesses) (id string, right rightThatEnds){
		"a revoked link":           (*twoProcesses).prepareLink,
		"an ended representation":  (*twoProcesses).prepareRepresentation,
		"a restriction of reading": (*twoProcesses).prepareRestriction,
	} {
		t.Run(name, func(t *testing.T) {
			p := p.in(t)
			id, right := prepare(p)
			before := p.countEntries(id, right)
			counts := p.fire(func(i int) request {
				if i == shots/2 {
					return right.end
				}
				return right.act(i)
			})
			t.Logf("%v", counts)
			done := counts[http.StatusOK] + counts[http.StatusCreated] + counts[http.StatusNoContent]
			if counts[http.StatusInternalServerError] > 0 || done == 0 {
				t.Errorf("%v", counts)
			}
			after := p.countEntries(id, right)
			if after.ends != before.ends+1 || after.acts != before.acts+done-1 {
				t.Errorf("%d requests were done; entries before %+v, after %+v", done, before, after)
			}
			if after.actsAfterEnd != 0 {
				t.Errorf("%d entries follow the end of the right", after.actsAfterEnd)
			}
			if status, body, _ := p.send(1, right.act(shots)); status != right.after {
				t.Errorf("%d %s, want %d", status, body, right.after)
			}
		})
	}
}

func (p *twoProcesses) prepareLink() (string, rightThatEnds) {
	p.t.Helper()
	id, counterpart := p.fileCase("")
	link := p.must(request{as: "claimant", method: "POST", path: "/cases/" + id + "/links", body: `{"counterpart_id":"` + counterpart + `"}`})
	p.tokens["link"], _ = link["token"].(string)
	linkID, _ := link["id"].(string)
	return id, rightThatEnds{
		act: func(int) request {
			return request{as: "link", method: "POST", path: "/return/response", body: `{"kind":"promised"}`}
		},
		end:  request{as: "claimant", method: "DELETE", path: "/cases/" + id + "/links/" + linkID, awaits: 43},
		kind: "response_recorded", ending: "link_revoked", after: http.StatusGone,
	}
}

func (p *twoProcesses) prepareRepresentation() (string, rightThatEnds) {
	p.t.Helper()
	id, _ := p.fileCase("")
	friend := strings.TrimSpace(p.runProduct("user", "add", "--role", "claimant", "--email", "friend@development.localhost", "--name", "李雷"))
	p.tokens["friend"] = strings.TrimSpace(p.runProduct("token", "add", "--user", friend, "--note", "test"))
	p.must(p.act("claimant", id, "hand_over", `{"user_id":"`+friend+`","reason":"x"}`, ""))
	at := time.Now().Add(-time.Hour).Format(time.RFC3339)
	end := p.act("claimant", id, "hand_over", `{"reason":"x"}`, "")
	end.awaits = 3
	return id, rightThatEnds{
		act: func(int) request {
			return p.act("friend", id, "record_return", `{"amount_fen":1,"at":"`+at+`","channel":"cash"}`, "")
		},
		end:  end,
		kind: "return_recorded", ending: "handed_over", after: http.StatusNotFound,
	}
}

func (p *twoProcesses) prepareRestriction() (string, rightThatEnds) {
	p.t.Helper()
	id, _ := p.fileCase("")
	p.must(p.act("claimant", id, "withdraw", `{"reason":"x"}`, ""))
	return id, rightThatEnds{
		act:  func(int) request { return p.act("claimant", id, "add_note", `{"text":"x","visibility":"shared"}`, "") },
		end:  request{as: "claimant", method: "POST", path: "/cases/" + id + "/erasure", body: `{"reason":"x"}`, awaits: 3},
		kind: "note_added", ending: "values_restricted", after: http.StatusConflict,
	}
}

// runProduct runs a command of the product on the data of the processes.
func (p *twoProcesses) runProduct(args ...string) string {
	p.t.Helper()
	command := exec.Command("../../bin/recourse", args...)
	command.Env = p.environment
	out, err := command.Output()
	if err != nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}

// rightEntries counts the entries of a right in the journal of a case.
type rightEntries struct{ acts, ends, actsAfterEnd int }

func (p *twoProcesses) countEntries(id string, right rightThatEnds) rightEntries {
	p.t.Helper()
	var counted rightEntries
	items, _ := p.must(request{as: "auditor", method: "GET", path: "/cases/" + id + "/journal?limit=200"})["items"].([]any)
	for _, item := range items {
		entry, _ := item.(map[string]any)
		switch entry["kind"] {
		case right.kind:
			counted.acts++
			counted.actsAfterEnd++
		case right.ending:
			counted.ends++
			counted.actsAfterEnd = 0
		}
	}
	return counted
}
