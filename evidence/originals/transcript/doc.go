// Package transcript reads chats, mails and other texts as lines that can be shown: when,
// who and what. It reads chat exports as JSON, web pages, texts, tables and DOCX, and mails.
//
// It runs nothing and renders nothing: scripts are left out, and addresses are text. What
// is not understood becomes a plain line, and a Transcript says why it is not complete. It
// verifies no signature: what a mail says about its sender is not proved. It knows no case
// and imports only recovery. The jobs of package decode and package copies may import it.
package transcript
