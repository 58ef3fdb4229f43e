// window.readZip(file) gives the Python files of a zip as [{name, text}]; it throws an Error with a sentence.
(function () {
  "use strict";
  const END = 0x06054b50;
  const ENTRY = 0x02014b50;
  const STORED = 0;
  const DEFLATED = 8;
  const MAX_BYTES = 100_000; // what a model may have
  const broken = () => new Error("This zip cannot be read. Make it again, without a password.");

  function findEnd(view) {
    // behind it there is only a comment
    for (let at = view.byteLength - 22; at >= 0; at -= 1) {
      if (view.getUint32(at, true) === END) {
        return at;
      }
    }
    throw broken();
  }

  function readEntry(view, at) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY) {
      throw broken();
    }
    const [nameLength, more, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    return {
      name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength)),
      isLocked: Boolean(view.getUint16(at + 8, true) & 1),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
      next: at + 46 + nameLength + more + comment,
    };
  }

  function readText(view, entry) {
    if (entry.isLocked || ![STORED, DEFLATED].includes(entry.method)) {
      throw broken();
    }
    const names = view.getUint16(entry.start + 26, true) + view.getUint16(entry.start + 28, true);
    const data = new Blob([new Uint8Array(view.buffer, entry.start + 30 + names, entry.packed)]);
    if (entry.method === STORED) {
      return data.text();
    }
    return new Response(data.stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
  }

  function isSource(name) {
    return (
      name.endsWith(".py") && !name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX")
    );
  }

  window.readZip = async function (file) {
    const view = new DataView(await file.arrayBuffer());
    const end = findEnd(view);
    const entries = [];
    let at = view.getUint32(end + 16, true);
    for (let number = view.getUint16(end + 10, true); number > 0; number -= 1) {
      const entry = readEntry(view, at);
      at = entry.next;
      if (isSource(entry.name)) {
        entries.push(entry);
      }
    }
    if (!entries.length) {
      throw new Error("This zip has no Python file. Add one whose name ends in .py.");
    }
    if (entries.reduce((sum, entry) => sum + entry.size, 0) > MAX_BYTES) {
      throw new Error("The Python files of this zip have more than 100,000 characters. Leave some out.");
    }
    const texts = await Promise.all(entries.map((entry) => readText(view, entry)));
    return entries.map((entry, number) => ({ name: entry.name, text: texts[number] }));
  };
})();
