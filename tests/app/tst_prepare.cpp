#include <QFile>
#include <QIODevice>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/places.h"

/// app/prepare.sh on a machine where nothing is installed, with a package manager that only pretends.
class PrepareTest : public QObject {
    Q_OBJECT

private:
    struct Outcome {
        int status = -1;
        QString output;    // both streams
        QString commands;  // what the package manager was told
    };

    /// Calls install_packages; `update` and `install` are the exit statuses of the pretended apt-get.
    Outcome install(const QString& arguments, int update, int install, bool at_terminal = false) {
        const QString source = QString::fromStdString(salient::test::sourceFolder().string());
        const QString call = ". " + source + "/app/prepare.sh; install_packages " + arguments;
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("PATH", folder_.path() + ":" + environment.value("PATH"));
        environment.insert("UPDATE_STATUS", QString::number(update));
        environment.insert("INSTALL_STATUS", QString::number(install));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        QFile::remove(folder_.filePath("commands"));
        if (at_terminal) {
            process.start("script", {"-qec", "bash -c '" + call + "'", "/dev/null"});
        } else {
            process.start("bash", {"-c", call});
        }
        process.closeWriteChannel();
        Outcome outcome;
        if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit) return outcome;
        outcome.status = process.exitCode();
        outcome.output = process.readAll();
        QFile commands(folder_.filePath("commands"));
        if (commands.open(QIODevice::ReadOnly)) outcome.commands = commands.readAll();
        return outcome;
    }

    void pretend(const QString& program, const QByteArray& script) {
        QFile file(folder_.filePath(program));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n" + script);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    QTemporaryDir folder_;

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        pretend("dpkg-query", "exit 1\n");
        pretend("id", "echo 0\n");
        pretend("apt-get", "echo \"$*\" >>\"$(dirname \"$0\")/commands\"\n[ $1 = update ] && exit $UPDATE_STATUS\nexit $INSTALL_STATUS\n");
    }

    void installsWhatIsMissingWhenToldTo() {
        const Outcome outcome = install("1 ci", 0, 0);
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.output.contains("Missing Debian packages: clang-format"), qPrintable(outcome.output));
        QVERIFY2(outcome.commands.contains("install -q -y --no-install-recommends clang-format"), qPrintable(outcome.commands));
    }

    void installsNothingUnasked() {
        const Outcome outcome = install("0 ci", 0, 0);
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.output.contains("--yes"), qPrintable(outcome.output));
        QVERIFY(outcome.commands.isEmpty());
    }

    void takesTheEndOfInputAsANo() {
        const Outcome outcome = install("0 ci", 0, 0, true);
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.output.contains("Nothing was installed."), qPrintable(outcome.output));
        QVERIFY(outcome.commands.isEmpty());
    }

    void asksForANetworkWhenNothingCanBeFetched() {
        const Outcome outcome = install("1 ci", 100, 100);
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.output.contains("is there a network?"), qPrintable(outcome.output));
        QVERIFY2(outcome.output.contains("from a mirror or a disc: clang-format"), qPrintable(outcome.output));
    }

    void oneBrokenSourceDoesNotStopTheOthers() {
        const Outcome outcome = install("1 ci", 100, 0);
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.commands.contains("update -q --error-on=any"), qPrintable(outcome.commands));
    }
};

QTEST_GUILESS_MAIN(PrepareTest)
#include "tst_prepare.moc"
