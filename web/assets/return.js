// Redirects from a URL with the token behind the # to its page.
const token = location.hash.slice(1);
if (/^[A-Za-z0-9_-]{43}$/.test(token)) location.replace("/return/" + token);
