#pragma once

#include <QFile>
#include <QIODevice>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <string>

#include "core/io/json_file.h"
#include "tests/core/model/small_models.h"

namespace salient::samples {

/// A copy of a small model stored in float32 that a test may damage.
struct DamagedCopy {
    QTemporaryDir directory;
    explicit DamagedCopy(const std::string& name) {
        for (const char* file : {"config.json", "model.safetensors"})
            std::filesystem::copy_file(smallModelDirectory(name) / file, path() / file);
    }
    [[nodiscard]] std::filesystem::path path() const { return directory.path().toStdString(); }

    /// Overwrites one float32 element of a tensor in place.
    void overwrite(const std::string& tensor, qint64 element, float value) const {
        QFile file(QString::fromStdString((path() / "model.safetensors").string()));
        QVERIFY(file.open(QIODevice::ReadWrite));
        quint64 header_bytes = 0;
        file.read(reinterpret_cast<char*>(&header_bytes), 8);
        const Json header = Json::parse(file.read(static_cast<qint64>(header_bytes)).toStdString());
        file.seek(8 + static_cast<qint64>(header_bytes) + header[tensor]["data_offsets"][0].get<qint64>() + 4 * element);
        file.write(reinterpret_cast<const char*>(&value), 4);
    }
};

}  // namespace salient::samples
