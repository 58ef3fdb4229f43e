// window.readZip(file) gives the Python files of a zip as [{name, text}]; it throws an Error with a sentence.
(function () {
  "use strict";
  const MAX_BYTES = 100_000; // what a model may have

  function isSource(name) {
    return (
      name.endsWith(".py") && !name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX")
    );
  }

  window.readZip = async function (file) {
    const zip = new Uint8Array(await file.arrayBuffer());
    let size = 0;
    // Nothing is unpacked that is not asked for, however large the zip says it becomes.
    const filter = function (entry) {
      size += isSource(entry.name) ? entry.originalSize : 0;
      return isSource(entry.name) && size <= MAX_BYTES;
    };
    let found;
    try {
      found = Object.entries(window.fflate.unzipSync(zip, { filter }));
    } catch {
      throw new Error("This zip cannot be read. Make it again, without a password.");
    }
    if (size > MAX_BYTES) {
      throw new Error("The Python files of this zip have more than 100,000 characters. Leave some out.");
    }
    if (!found.length) {
      throw new Error("This zip has no Python file. Add one whose name ends in .py.");
    }
    return found.map(([name, bytes]) => ({ name, text: new TextDecoder().decode(bytes) }));
  };
})();
