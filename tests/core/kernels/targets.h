#pragma once

#include <hwy/targets.h>
#include <QTest>

namespace salient {

/// Runs check() once per instruction set that this processor has, as if it were the best one: kernels must not depend on it.
template <typename Check>
void forEachTarget(Check check) {
    for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        check();
        if (QTest::currentTestFailed()) {
            qWarning("on %s", hwy::TargetName(target));
            break;
        }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace salient
