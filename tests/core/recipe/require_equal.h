#pragma once

#include <QTest>

#include "core/quant/quantize_model.h"
#include "core/recipe/run.h"

namespace salient {

/// Everything two quantized models can differ in.
inline void requireEqual(const QuantizedModel& a, const QuantizedModel& b, bool same_times = true) {
    QCOMPARE(a.blocks.size(), b.blocks.size());
    for (std::size_t i = 0; i < a.blocks.size(); ++i) {
        QVERIFY(a.blocks[i].replaced == b.blocks[i].replaced);
        QVERIFY(a.blocks[i].kept == b.blocks[i].kept);
        QCOMPARE(a.blocks[i].linears.size(), b.blocks[i].linears.size());
        for (std::size_t k = 0; k < a.blocks[i].linears.size(); ++k) {
            const QuantizedLinear& x = a.blocks[i].linears[k];
            const QuantizedLinear& y = b.blocks[i].linears[k];
            QCOMPARE(x.name, y.name);
            QVERIFY(x.tensor.spec == y.tensor.spec);
            QVERIFY(x.tensor.codes == y.tensor.codes && x.tensor.scale == y.tensor.scale && x.tensor.zero == y.tensor.zero);
            QVERIFY(x.tensor.group_index == y.tensor.group_index);
            QVERIFY(x.tensor.counts == y.tensor.counts);
            QVERIFY(x.channel_scale == y.channel_scale && x.row_scale == y.row_scale && x.bias == y.bias);
            QVERIFY(x.input_power == y.input_power);
            QVERIFY(x.activations == y.activations && x.input_scale == y.input_scale);
            Json report = toJson(x.report);
            if (!same_times) report["seconds"] = y.report.seconds;
            QCOMPARE(report.dump(), toJson(y.report).dump());
            QVERIFY(x.report.error.weight_sqnr_db == y.report.error.weight_sqnr_db);
        }
    }
}

/// Everything two calibrations can differ in, but for the time they took.
inline void requireEqual(const Calibration& a, const Calibration& b) {
    QVERIFY(a.samples.windows.ids == b.samples.windows.ids);
    QVERIFY(a.samples.first_token == b.samples.first_token);
    QCOMPARE(a.inputs.size(), b.inputs.size());
    for (std::size_t i = 0; i < a.inputs.size(); ++i) {
        const ChannelStatistics& x = a.inputs[i].channels;
        const ChannelStatistics& y = b.inputs[i].channels;
        QVERIFY(x.min == y.min && x.max == y.max && x.max_abs == y.max_abs && x.sum_abs == y.sum_abs);
        QVERIFY(x.sum_squares == y.sum_squares && x.max_abs_token == y.max_abs_token && x.histogram == y.histogram);
        QCOMPARE(x.n_tokens, y.n_tokens);
        QVERIFY(a.inputs[i].hessian == b.inputs[i].hessian);
        QVERIFY(a.inputs[i].clip_hessian == b.inputs[i].clip_hessian);
    }
}

}  // namespace salient
