package e2e_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// step is one action on a page.
type step = chromedp.Action[chromedp.Void]

// visitor is a person with a browser.
type visitor struct {
	t    *testing.T
	base string
	ctx  context.Context
}

// stepTimeout limits one step.
const stepTimeout = 30 * time.Second

// newVisitor starts a new browser, so that no session is shared.
func newVisitor(t *testing.T, base string, width, height int) *visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("accept-lang", "zh-CN"), chromedp.UserDataDir(t.TempDir()),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() { endBrowser(); endAllocator() })
	v := &visitor{t: t, base: strings.TrimSuffix(base, "/"), ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height))); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return v
}

// runSteps runs steps. A failure of the test shows the page.
func (v *visitor) runSteps(what string, steps ...step) {
	v.t.Helper()
	limited, cancel := context.WithTimeout(v.ctx, stepTimeout)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		v.t.Fatalf("%s: %v\n%s", what, err, v.describePage())
	}
}

// describePage returns the address and text of the page.
func (v *visitor) describePage() string {
	limited, cancel := context.WithTimeout(v.ctx, stepTimeout)
	defer cancel()
	text, err := chromedp.Run(limited, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (v *visitor) openPage(path string) {
	v.t.Helper()
	v.runSteps("open "+path, chromedp.Navigate(v.base+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// signIn chooses the first development account whose line names the role.
func (v *visitor) signIn(role string) {
	v.t.Helper()
	v.openPage("/sign-in?lang=zh-CN")
	button := chromedp.Search(`//button[@name="account"][contains(., "` + role + `")]`)
	v.runSteps("sign in as "+role, chromedp.Click(button), chromedp.WaitReady(chromedp.CSS(".who")))
}

// chooseOption clicks a radio button or checkbox.
func (v *visitor) chooseOption(form, name, value string) step {
	return chromedp.Click(chromedp.CSS(`#` + form + ` input[name="` + name + `"][value="` + value + `"]`))
}

// setField fills a field or selects an option.
func (v *visitor) setField(form, name, value string) step {
	return chromedp.SetValue(chromedp.CSS(`#`+form+` [name="`+name+`"]`), value)
}

// evaluate runs a script and ignores its result.
func evaluate(script string) step { return chromedp.Evaluate[chromedp.Void](script + "; ({})") }

// waitUntil waits for a condition, also across reloads.
func waitUntil(condition string) step {
	return chromedp.Poll[chromedp.Void]("("+condition+") && {}", chromedp.WithPollingInterval(100*time.Millisecond))
}

// submitForm submits a form and waits for the response.
func (v *visitor) submitForm(form string) {
	v.t.Helper()
	limited, cancel := context.WithTimeout(v.ctx, stepTimeout)
	defer cancel()
	if _, err := chromedp.RunResponse(limited, chromedp.Click(chromedp.CSS(`#`+form+` .submit button`))); err != nil {
		v.t.Fatalf("send %s: %v\n%s", form, err, v.describePage())
	}
}

// submitAction fills and submits the form of an action on a case page.
func (v *visitor) submitAction(home, action string, steps ...step) {
	v.t.Helper()
	form := "do-" + action
	v.openPage(home + "?do=" + action + "#" + form)
	v.runSteps("fill "+action, append([]step{chromedp.WaitVisible(chromedp.CSS("#" + form))}, steps...)...)
	v.submitForm(form)
	v.runSteps(action+" was recorded", chromedp.WaitVisible(chromedp.CSS(".flash")))
}

// awaitText waits until an element contains a text.
func (v *visitor) awaitText(selector, text string) {
	v.t.Helper()
	v.runSteps("see "+text, chromedp.PollFunction[chromedp.Void](
		`(s, t) => [...document.querySelectorAll(s)].some((e) => e.textContent.includes(t)) && {}`,
		chromedp.WithPollingArgs(selector, text), chromedp.WithPollingInterval(100*time.Millisecond),
	))
}

// reloadUntilFound reloads a page until it has an element.
func (v *visitor) reloadUntilFound(path, selector string) {
	v.t.Helper()
	for end := time.Now().Add(stepTimeout); time.Now().Before(end); {
		v.openPage(path)
		found, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`!!document.querySelector('`+selector+`')`))
		if err != nil {
			v.t.Fatal(err)
		}
		if found {
			return
		}
	}
	v.t.Fatalf("%s never showed %s\n%s", path, selector, v.describePage())
}

// readValue evaluates an expression on the page.
func (v *visitor) readValue(expression string) string {
	v.t.Helper()
	read, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		v.t.Fatalf("%s: %v\n%s", expression, err, v.describePage())
	}
	return read
}

// unusable lists what keeps people from using a page: parts wider than the screen, fields
// and links without a name, repeated ids, and fields that the keyboard does not reach.
const unusable = `(() => {
	const found = [];
	const screen = document.documentElement;
	if (screen.scrollWidth > screen.clientWidth + 1) found.push("wider than the screen: " + screen.scrollWidth);
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	found.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => "repeated id " + id));
	for (const e of document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")) {
		if (![...(e.labels || [])].some((l) => l.textContent.trim()) && !e.getAttribute("aria-label")) found.push("no label: " + e.name);
		if (e.tabIndex < 0) found.push("not reached by the keyboard: " + e.name);
	}
	for (const e of document.querySelectorAll("main a, main button")) {
		if (!e.textContent.trim() && !e.getAttribute("aria-label")) found.push("no name: " + e.outerHTML);
	}
	if (document.querySelectorAll("h1").length !== 1) found.push("not one heading");
	return found.join("; ");
})()`

// assertUsable saves a screenshot and expects that everybody can use the page.
func (v *visitor) assertUsable(name string) {
	v.t.Helper()
	v.saveScreenshot(name)
	if found := v.readValue(unusable); found != "" {
		v.t.Errorf("%s: %s", name, found)
	}
}

// saveScreenshot saves a screenshot if RECOURSE_SCREENSHOTS names a folder.
func (v *visitor) saveScreenshot(name string) {
	v.t.Helper()
	folder := os.Getenv("RECOURSE_SCREENSHOTS")
	if folder == "" {
		return
	}
	whole, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), whole, 0o600)
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

// uploadFile adds a file to a case with the upload form.
func (v *visitor) uploadFile(kind, file string) {
	v.t.Helper()
	v.runSteps("upload "+kind,
		evaluate(`document.querySelector("#upload").open = true`), v.setField("upload-form", "kind", kind),
		chromedp.SetUploadFiles(chromedp.CSS(`#upload-form input[type=file]`), []string{file}),
		evaluate(`document.querySelector("main").dataset.before = 1`),
		chromedp.Click(chromedp.CSS(`#upload-form .submit button`)),
		waitUntil(`!document.querySelector("main").dataset.before`), chromedp.WaitVisible(chromedp.CSS(".flash")),
	)
}

// downloadFile downloads a link and returns its bytes.
func (v *visitor) downloadFile(selector string) []byte {
	v.t.Helper()
	folder, yes := v.t.TempDir(), true
	limited, cancel := context.WithTimeout(v.ctx, stepTimeout)
	defer cancel()
	progress := chromedp.BrowserEvents(limited, browser.DownloadProgress)
	v.runSteps("download "+selector, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: folder, EventsEnabled: &yes,
		})
		return err
	}), chromedp.Click(chromedp.CSS(selector)))
	for event, err := range progress {
		if err != nil {
			v.t.Fatalf("the download of %s: %v", selector, err)
		}
		if event.State == browser.DownloadProgressStateCompleted {
			return readFile(v.t, filepath.Join(folder, event.GUID))
		}
	}
	v.t.Fatalf("the download of %s did not end", selector)
	return nil
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// screenshotFile draws an image like a phone screenshot.
func screenshotFile(t *testing.T, name string, tone uint8) string {
	t.Helper()
	drawn := image.NewRGBA(image.Rect(0, 0, 360, 640))
	for y := range 640 {
		for x := range 360 {
			drawn.Set(x, y, color.RGBA{R: tone, G: uint8(y / 3), B: uint8(x / 2), A: 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, drawn); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
