package web_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// fillJournal makes a journal of a case as long as size.
func (s *testSite) fillJournal(t testing.TB, id recovery.CaseID, size int) {
	t.Helper()
	note := journal.Draft{
		Kind: recovery.EntryNoteAdded, At: s.Now(), Actor: s.Actor(recovery.RoleAgent), Facts: map[string]any{"visibility": recovery.NoteShared},
	}
	have := len(s.ReadEntries(t, id))
	if _, err := s.Store.AppendEntries(t.Context(), id, false, slices.Repeat([]journal.Draft{note}, size-have)...); err != nil {
		t.Fatal(err)
	}
}

// shownEntries lists the numbers of the entries that a page shows, in its order.
func shownEntries(page pageResponse) []int {
	var numbers []int
	forEachElement(page.Root, func(n *html.Node) {
		if text, found := strings.CutPrefix(attribute(n, "id"), "entry-"); found {
			number, _ := strconv.Atoi(text)
			numbers = append(numbers, number)
		}
	})
	return numbers
}

// findPageLink returns the path of the link with a relation; "" if the page has none.
func findPageLink(page pageResponse, relation string) string {
	link := findNode(page.Root, func(n *html.Node) bool { return n.Data == "a" && attribute(n, "rel") == relation })
	if link == nil {
		return ""
	}
	return attribute(link, "href")
}

// TestWalkThroughHistory: page by page to the filing and back, each entry is shown once,
// and the filing on every page.
func TestWalkThroughHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	const size = 87
	s.fillJournal(t, view.ID, size)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	var seen []int
	visited := []string{home}
	for page := p.get(home); ; page = p.get(visited[len(visited)-1]) {
		numbers := shownEntries(page.expect(t, 200))
		if len(numbers) > 21 || numbers[len(numbers)-1] != 1 {
			t.Fatalf("%s shows %v", visited[len(visited)-1], numbers)
		}
		older := findPageLink(page, "next")
		if older != "" {
			numbers = numbers[:len(numbers)-1] // the filing
		}
		seen = append(seen, numbers...)
		if older == "" {
			break
		}
		visited = append(visited, older)
	}
	slices.Reverse(seen)
	for i, number := range seen {
		if number != i+1 || len(seen) != size {
			t.Fatalf("%d entries: %v", len(seen), seen)
		}
	}
	page := p.get(visited[len(visited)-1])
	for steps := 0; findPageLink(page, "prev") != ""; steps++ {
		if steps > len(visited) {
			t.Fatal("the way back does not end")
		}
		page = p.get(findPageLink(page, "prev"))
	}
	if numbers := shownEntries(page); numbers[0] != size {
		t.Errorf("the way back ends with %v", numbers)
	}
	if numbers := shownEntries(p.get(home+"?entries=all").expect(t, 200)); len(numbers) != size {
		t.Errorf("all entries: %d", len(numbers))
	}
}

// TestLinksToOldEntries: the page that is opened has the entry, and the links between an
// entry and its correction work in both directions, however many entries are between.
func TestLinksToOldEntries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	first := p.submitForm(p.get(home), "do-record_return", url.Values{"amount_fen": {"3"}})
	p.submitForm(first, "do-record_contact", url.Values{"text": {"麻烦退回"}})
	s.fillJournal(t, view.ID, 90)
	form := p.get(home+"/entries/2/correct").expect(t, 200, "更正一条记录")
	corrected := p.submitForm(form, "correct", url.Values{"amount_fen": {"2"}, "correction_reason": {"写错了"}}).
		expect(t, 200, "已更正：见第 91 条", "¥2.00", "¥3.00")
	if !slices.Contains(shownEntries(corrected), 2) || slices.Contains(shownEntries(corrected), 91) {
		t.Fatalf("after the correction: %v", shownEntries(corrected))
	}
	if !corrected.hasLink(home + "?entry=91#entry-91") {
		t.Error("no link to the correction")
	}
	for _, number := range []int{1, 2, 45, 90, 91} {
		if numbers := shownEntries(p.get(fmt.Sprintf("%s?entry=%d", home, number))); !slices.Contains(numbers, number) {
			t.Errorf("the page of entry %d shows %v", number, numbers)
		}
	}
	for _, query := range []string{"?entry=0", "?entry=-5", "?entry=9999", "?before=0", "?before=-7", "?before=99999999999999999999", "?before=x", "?entry=9223372036854775807"} {
		p.get(home+query).expect(t, 200)
	}
	p.get(home).expect(t, 200, "麻烦退回") // beside the limits of contact
}

// fileLink is the link to a file; its lines and payments have links of their own.
var fileLink = regexp.MustCompile(`href="/evidence/[0-9a-f-]+"`)

func countFiles(body string) int { return len(fileLink.FindAllString(body, -1)) }

// TestManyFiles: the page shows the newest files, counts all, and shows all if asked.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	for i := range 33 {
		s.Upload(t, view.ID, recovery.ChatExport, fmt.Appendf(nil, "聊天记录 %d\n", i))
	}
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home).expect(t, 200, "显示全部 33 个文件")
	if shown := countFiles(page.Body); shown != 30 {
		t.Errorf("%d files are shown", shown)
	}
	if shown := countFiles(p.get(home+"?files=all").expect(t, 200).Body); shown != 33 {
		t.Errorf("%d of 33 files are shown", shown)
	}
}

// TestPageOfLongCaseReadsFewEntries: neither the number of entries that are read nor the
// size of the page depends on the length of the journal.
func TestPageOfLongCaseReadsFewEntries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	weigh := func(size int) int {
		s.fillJournal(t, view.ID, size)
		w, err := s.JournalWindow(t.Context(), s.Actor(recovery.RoleClaimant), view.ID, 0, 20)
		if err != nil || len(w.Lines) > 30 {
			t.Fatalf("%d lines of %d, %v", len(w.Lines), size, err)
		}
		return len(p.get("/cases/"+string(view.Number)).expect(t, 200).Body)
	}
	if short, long := weigh(60), weigh(1500); long > short+short/100 {
		t.Errorf("%d bytes with 60 entries, %d with 1,500", short, long)
	}
}

// TestTermsOnRequest: the page names what decides the limitation; with the numbers of all
// entries that affect it for those who ask.
func TestTermsOnRequest(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	at := s.Now()
	for range 3 {
		promised := recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: view.Counterparts[0].ID, Kind: string(recovery.Promised), At: &at}
		if _, err := s.TakeAction(t.Context(), casework.Request{Actor: s.Actor(recovery.RoleClaimant)}, view.ID, promised); err != nil {
			t.Fatal(err)
		}
	}
	p := s.signIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	all := p.get(home+"?terms=all").expect(t, 200, "对方答应还")
	if short := p.get(home).expect(t, 200, "对方答应还", "显示影响时效的全部记录"); short.hasText("live-terms", "第 2 条") || !all.hasText("live-terms", "第 2 条") {
		t.Error("the numbers of the entries")
	}
	if strings.Contains(all.Body, "显示影响时效的全部记录") {
		t.Error("a link to what is shown")
	}
}
