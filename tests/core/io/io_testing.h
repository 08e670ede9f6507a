#pragma once

#include <QByteArray>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"

/// A temporary directory as a std path.
class Folder {
public:
    std::filesystem::path operator/(const std::string& name) const { return path() / name; }
    std::filesystem::path path() const { return directory_.path().toStdString(); }
    /// Names of everything in it.
    std::set<std::string> names() const {
        std::set<std::string> result;
        for (const auto& entry : std::filesystem::directory_iterator(path())) result.insert(entry.path().filename().string());
        return result;
    }

private:
    QTemporaryDir directory_;
};

inline void writeBytes(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string readBytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A safetensors file written by hand: length, header, data.
inline std::string safetensorsBytes(const std::string& header, const std::string& data = {}) {
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + data;
}

/// Checks that the call throws an Error of that code whose message is one line and holds the text.
template <typename Call>
void expectError(Call&& call, salient::ErrorCode code, const char* text) {
    try {
        call();
    } catch (const salient::Error& error) {
        QVERIFY2(std::string_view(error.what()).find(text) != std::string_view::npos, error.what());
        QVERIFY2(std::string_view(error.what()).find('\n') == std::string_view::npos, error.what());
        QVERIFY2(error.code() == code, error.what());
        return;
    }
    QFAIL(qPrintable(QString("expected an error with '%1', found none").arg(text)));
}
