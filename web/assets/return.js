// Goes on from an address that keeps its token behind the #.
const token = location.hash.slice(1);
if (/^[A-Za-z0-9_-]{43}$/.test(token)) location.replace("/return/" + token);
