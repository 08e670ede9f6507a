#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

/// The command line as a user runs it: a process, what it prints and how it ends.
namespace salient::test {

struct Outcome {
    int status = -1;  ///< −1: it did not end in two minutes; −2: a signal ended it
    QByteArray out;
    QByteArray err;

    [[nodiscard]] QJsonObject json() const {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(out, &error);
        return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
    }
};

/// Waits for a process that was started.
inline Outcome outcomeOf(QProcess& process) {
    Outcome outcome;
    if (!process.waitForFinished(120000)) return outcome;
    outcome.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

inline Outcome run(const QStringList& arguments) {
    QProcess process;
    process.start(SALIENT_CLI, arguments);
    return outcomeOf(process);
}

}  // namespace salient::test
