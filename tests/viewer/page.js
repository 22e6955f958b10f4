// What the tests ask of OHIF's page, in terms of its services.
localStorage.setItem("shownTours", JSON.stringify(["basicViewerTour"]));

window.asked = {
  viewport() {
    const { viewportGridService, cornerstoneViewportService } = window.services;
    return cornerstoneViewportService.getCornerstoneViewport(viewportGridService.getActiveViewportId());
  },

  // What is seen now, all at one moment; throws while the page is being built.  `points` are [x, y, z] in mm.
  look(points) {
    const viewport = this.viewport();
    const segments = [...document.querySelectorAll('[data-cy="data-row"]')].map((row) => [
      row.querySelector('[data-cy="data-row-title"]').textContent,
      row.querySelector('[data-cy="data-row-colorhex"]')?.style.backgroundColor,
    ]);
    return {
      image: viewport.getCurrentImageId(),
      segments,
      points: points.map((point) => Array.from(viewport.worldToCanvas(point))),
      png: viewport.canvas.toDataURL("image/png").split(",")[1],
    };
  },

  // Open the panel that lists the segments.
  list() {
    const { panelService } = window.services;
    panelService.activatePanel(panelService.getPanels("right")[0].id, true);
  },

  // Put the series of a modality into the viewport, as a double click on its thumbnail does.
  show(modality) {
    const { displaySetService, viewportGridService } = window.services;
    const series = displaySetService.getActiveDisplaySets().find((one) => one.Modality === modality);
    const viewportId = viewportGridService.getActiveViewportId();
    viewportGridService.setDisplaySetsForViewports([
      { viewportId, displaySetInstanceUIDs: [series.displaySetInstanceUID] },
    ]);
  },
};
