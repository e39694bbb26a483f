// Package notify decides what is told to whom, in which words, and carries it
// there: the inbox and mails for people, signed webhooks for programs.
//
// Which notices are sent is data in rules.yaml, their words are in package texts;
// Herald reads both and does nothing else. Its notices are written by package postgres in the
// transaction of the change they tell of. Mailer and Poster each make one
// attempt and say what is known of its outcome; when to try again is decided by
// AfterMail and AfterDelivery, and the loop that does it is in package worker.
//
// A mail goes out once. The one exception cannot be had otherwise: when the
// mail server has the whole message and we die, or lose the connection, before
// its answer is kept, the mail is sent again once the claim has lapsed, with
// the same Message-ID, by which receivers drop it. A webhook may be delivered
// more than once, always with the same webhook-id.
//
// No notice names a person, quotes what somebody wrote, or says who holds the
// money: the case says that to those who may read it. A secret of a webhook and
// an address of a mail are never logged.
//
// It imports recovery, playbook and texts. Package postgres stores its types;
// activities, casework, worker, api, web and cmd may import it.
package notify
