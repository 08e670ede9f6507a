#pragma once

#include <memory>

#include "tests/app/gui/desk.h"

namespace salient::demo {

/// What a sitting on the demo model begins with: made once for a test, so that each of its cases need not make it again.
struct Sitting {
    std::shared_ptr<const Model> model;
    Recipe recipe;
    std::shared_ptr<const Calibration> calibration;
    std::shared_ptr<const RunResult> run;  ///< the recipe's first

    /// False when a part of it could not be made.
    bool make() {
        Desk desk;
        if (!desk.openDemo() || !desk.calibrate()) return false;
        const Session& session = desk.window.session();
        desk.window.workflow().quantize({session.recipe().runs.front().name});
        if (!desk.waitForJobs() || session.runs().size() != 1) return false;
        model = session.model();
        recipe = session.recipe();
        calibration = session.calibration();
        run = session.runs().front();
        return true;
    }

    /// … as a session has it then.
    void takeUp(Session& session) const {
        session.setModel(model, recipe);
        takeUpResults(session);
    }
    void takeUpResults(Session& session) const {
        session.setCalibration(calibration);
        session.addRun(*run);
    }
};

/// A layer of the demo model whose input is of another width than the first one's.
inline constexpr const char* kWideLayer = "model.layers.0.mlp.down_proj";

}  // namespace salient::demo
