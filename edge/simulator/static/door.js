"use strict";
// The page works without this script; with it, it is live: news from the door, no reloads, webcam, sound.
(() => {
  const page = document.getElementById("door");
  if (!page) return;
  const address = page.dataset.address;
  const said = document.getElementById("said");
  const camera = document.getElementById("camera");
  const lost = document.getElementById("lost");
  const find = (selector, within = page) => within.querySelector(selector);

  // --- news ------------------------------------------------------------------------------------
  function write(place, text) {
    if (place && place.textContent !== text) place.textContent = text;
  }

  function show(view) {
    for (const [mark, value] of Object.entries(view.marks)) page.dataset[mark] = value;
    for (const [place, text] of Object.entries(view.words)) write(find(`[data-says="${place}"]`), text);
    for (const [mark, one] of Object.entries(view.switches)) {
      const button = find(`[data-switch="${mark}"]`);
      button.value = one.act;
      write(button, one.says);
    }
    for (const line of page.querySelectorAll(".label li")) {
      line.classList.toggle("now", line.dataset.scene === view.marks.scene);
    }
    find("[data-display]").lang = view.language;
    if (camera.dataset.picture !== String(view.picture)) {
      camera.dataset.picture = String(view.picture);
      camera.src = `${address}/camera.jpg?v=${view.picture}`;
      camera.alt = view.words.camera;
    }
    sound.follow(view.marks);
  }

  function listen() {
    const news = new EventSource(`${address}/live?lang=${document.documentElement.lang}`);
    news.onmessage = (message) => {
      lost.hidden = true;
      show(JSON.parse(message.data));
    };
    news.onerror = () => { lost.hidden = false; };
  }

  // --- acts ------------------------------------------------------------------------------------
  async function send(form, button) {
    const body = new FormData(form, button);
    const encoded = form.enctype === "multipart/form-data" ? body : new URLSearchParams(body);
    try {
      const answer = await fetch(form.action, { method: "POST", body: encoded, headers: { Accept: "application/json" } });
      const told = await answer.json();
      say(told.says);
      if (told.said === "locked") shake();
      if (told.said === "held") lookAtDoor();
    } catch {
      lost.hidden = false;
    }
  }

  let forgetting = 0;
  function say(sentence) {
    // Emptied first, so that the same sentence is read aloud again.
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = sentence; });
    clearTimeout(forgetting);
    forgetting = setTimeout(() => { said.textContent = ""; }, 6000);
  }

  // On a phone the passes lie below the door; what it answers is what one wants to see.
  function lookAtDoor() {
    const scene = find(".scene");
    if (scene.getBoundingClientRect().top < 0) scene.scrollIntoView();
  }

  function shake() {
    page.classList.remove("stuck");
    void page.offsetWidth;
    page.classList.add("stuck");
  }

  page.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter);
  });

  // --- passes ----------------------------------------------------------------------------------
  // Somebody who books a hall in another tab and comes back finds the new pass here.
  const passes = document.getElementById("passes");
  addEventListener("focus", async () => {
    try {
      const query = new URLSearchParams(location.search);
      query.set("lang", document.documentElement.lang);
      const answer = await fetch(`${address}/passes?${query}`);
      const listed = (await answer.text()).trim();
      if (answer.ok && listed !== passes.innerHTML.trim() && !passes.contains(document.activeElement)) {
        passes.innerHTML = listed;
      }
    } catch { /* the news say when the door is lost */ }
  });

  // --- webcam ----------------------------------------------------------------------------------
  const webcam = document.getElementById("webcam");
  const video = find("video", webcam);
  const switchWebcam = find("button", webcam);
  const webcamFailed = find("[role=alert]", webcam);
  let stream = null;

  async function startWebcam() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720, facingMode: "environment" } });
    } catch {
      webcamFailed.hidden = false;
      return;
    }
    webcamFailed.hidden = true;
    video.hidden = false;
    video.srcObject = stream;
    await video.play();
    switchWebcam.textContent = switchWebcam.dataset.stop;
    sendFrames(stream);
  }

  function stopWebcam() {
    for (const track of stream.getTracks()) track.stop();
    stream = null;
    video.hidden = true;
    video.srcObject = null;
    switchWebcam.textContent = switchWebcam.dataset.start;
  }

  async function sendFrames(mine) {
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 720;
    const drawing = canvas.getContext("2d");
    while (stream === mine) {
      drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
      const frame = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
      try {
        await fetch(`${address}/webcam`, { method: "POST", body: frame, headers: { "Content-Type": "image/jpeg" } });
      } catch { /* the news say when the door is lost */ }
      await new Promise((done) => { setTimeout(done, 200); });
    }
  }

  if (navigator.mediaDevices) {
    webcam.hidden = false;
    switchWebcam.addEventListener("click", () => (stream ? stopWebcam() : startWebcam()));
  }

  // --- sound -----------------------------------------------------------------------------------
  const sound = {
    context: null, gain: null, tone: null,
    follow(marks) {
      if (!this.context) return;
      const now = this.context.currentTime;
      this.gain.gain.setTargetAtTime(marks.sound === "on" ? 0.12 : 0, now, 0.008);
    },
    toggle(button) {
      if (this.context) {
        this.context.close();
        this.context = null;
      } else {
        this.context = new AudioContext();
        this.gain = this.context.createGain();
        this.gain.gain.value = 0;
        this.gain.connect(this.context.destination);
        this.tone = this.context.createOscillator();
        this.tone.connect(this.gain);
        this.tone.start();
      }
      button.textContent = this.context ? button.dataset.off : button.dataset.on;
    },
  };
  const soundPlace = document.getElementById("sound");
  soundPlace.hidden = false;
  find("button", soundPlace).addEventListener("click", (event) => sound.toggle(event.currentTarget));

  page.classList.add("live");
  listen();
})();
