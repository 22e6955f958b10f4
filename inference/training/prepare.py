"""Child process: fingerprint, plans, preprocessed cases and splits by nnU-Net's own code.

`python -m inference.training.prepare ROOT` tells each case by a line of JSON.
"""

import json
import sys
from pathlib import Path

from inference.training.children import tell
from inference.training.plans import plans
from inference.training.workshop import CONFIGURATION, DATASET, PLANS_NAME, Workshop


def main() -> None:
    """Prepare the work below ROOT; what is there already is kept."""
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor

    workshop = Workshop(root=Path(sys.argv[1]))
    recipe = workshop.read_recipe()
    with tell() as say:
        say({"step": "fingerprint"})
        DatasetFingerprintExtractor(DATASET, num_processes=1).run()
        fingerprint = json.loads((workshop.preprocessed / "dataset_fingerprint.json").read_text())
        written = plans(recipe.plan, fingerprint)
        (workshop.preprocessed / f"{PLANS_NAME}.json").write_text(json.dumps(written, indent=1))
        dataset = (workshop.raw / "dataset.json").read_text()
        (workshop.preprocessed / "dataset.json").write_text(dataset)
        names = sorted(path.name.removesuffix(".nii.gz") for path in (workshop.raw / "labelsTr").glob("*.nii.gz"))
        for name in names:
            _preprocess(workshop, name, written, json.loads(dataset))
            say({"case": name})
        _split(workshop, names, recipe.folds)


def _preprocess(workshop: Workshop, name: str, written: dict[str, object], dataset: dict[str, object]) -> None:
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    manager = PlansManager(written)
    configuration = manager.get_configuration(CONFIGURATION)
    folder = workshop.preprocessed / configuration.data_identifier
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / f"{name}.pkl").exists():  # written last
        return
    images = [str(workshop.raw / "imagesTr" / f"{name}_0000.nii.gz")]
    label = str(workshop.raw / "labelsTr" / f"{name}.nii.gz")
    DefaultPreprocessor(verbose=False).run_case_save(
        str(folder / name), images, label, manager, configuration, dataset
    )


def _split(workshop: Workshop, names: list[str], folds: int) -> None:
    """nnU-Net's own seeded split."""
    from nnunetv2.utilities.crossval_split import generate_crossval_split

    splits = generate_crossval_split(names, seed=12345, n_splits=folds)
    plain = [{part: [str(name) for name in names] for part, names in split.items()} for split in splits]
    (workshop.preprocessed / "splits_final.json").write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
