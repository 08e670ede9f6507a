#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

namespace {

struct Outcome {
    int exit_code = -1;
    QString output;
};

Outcome run(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(120000)) return {-1, process.errorString()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, QString::fromUtf8(process.readAll())};
}

}  // namespace

/// What `cmake --install`, and so the package, puts into a system.
class TestInstall : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const Outcome installed = run(SALIENT_CMAKE, {"--install", SALIENT_BUILD, "--prefix", root_.path()});
        QVERIFY2(installed.exit_code == 0, qPrintable(installed.output));
    }

    void theProgramsStartFromWhereTheyWereInstalled() {
        const Outcome cli = run(root_.filePath("bin/salient-cli"), {"--version"});
        QVERIFY2(cli.exit_code == 0 && cli.output.contains(SALIENT_VERSION), qPrintable(cli.output));
        const Outcome window = run(root_.filePath("bin/salient"), {"-platform", "offscreen", "--version"});
        QVERIFY2(window.exit_code == 0 && window.output.contains(SALIENT_VERSION), qPrintable(window.output));
    }

    void theDemoComesAlongAndWorks() {
        const QString model = root_.filePath("share/salient/demo/model");
        const Outcome info = run(root_.filePath("bin/salient-cli"), {"info", model});
        QVERIFY2(info.exit_code == 0, qPrintable(info.output));
        QVERIFY(QFileInfo::exists(root_.filePath("share/salient/demo/calib.txt")));
        QVERIFY(!QFileInfo::exists(root_.filePath("share/salient/demo/train.py")));
    }

    void theDesktopFindsIt() {
        for (const char* file :
             {"share/applications/salient.desktop", "share/metainfo/salient.metainfo.xml", "share/icons/hicolor/scalable/apps/salient.svg"})
            QVERIFY2(QFileInfo::exists(root_.filePath(file)), file);
        const QString validator = QStandardPaths::findExecutable("desktop-file-validate");
        if (!validator.isEmpty()) {
            const Outcome valid = run(validator, {root_.filePath("share/applications/salient.desktop")});
            QVERIFY2(valid.exit_code == 0 && valid.output.isEmpty(), qPrintable(valid.output));
        }
        const QString checker = QStandardPaths::findExecutable("appstreamcli");
        if (!checker.isEmpty()) {
            const Outcome valid = run(checker, {"validate", "--no-net", root_.filePath("share/metainfo/salient.metainfo.xml")});
            QVERIFY2(!valid.output.contains("E: "), qPrintable(valid.output));
        }
    }

    void whatTheEntriesNameIsInstalled() {
        QString command;
        QString picture;
        QFile desktop(root_.filePath("share/applications/salient.desktop"));
        QVERIFY(desktop.open(QIODevice::ReadOnly));
        for (const QString& line : QString::fromUtf8(desktop.readAll()).split('\n')) {
            if (line.startsWith("Exec=")) command = line.section('=', 1);
            if (line.startsWith("Icon=")) picture = line.section('=', 1);
        }
        QVERIFY2(QFileInfo(root_.filePath("bin/" + command.section(' ', 0, 0))).isExecutable(), qPrintable(command));
        QVERIFY2(!command.contains("%F"), "the program opens one model at a time");
        QVERIFY2(QFileInfo::exists(root_.filePath("share/icons/hicolor/scalable/apps/" + picture + ".svg")), qPrintable(picture));

        QFile metainfo(root_.filePath("share/metainfo/salient.metainfo.xml"));
        QVERIFY(metainfo.open(QIODevice::ReadOnly));
        QXmlStreamReader reader(&metainfo);
        QStringList versions;
        int n_programs = 0;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement) continue;
            if (reader.name() == u"release") versions << reader.attributes().value("version").toString();
            if (reader.name() == u"launchable") QCOMPARE(reader.readElementText(), QString("salient.desktop"));
            if (reader.name() != u"binary") continue;
            const QString program = reader.readElementText();
            QVERIFY2(QFileInfo(root_.filePath("bin/" + program)).isExecutable(), qPrintable(program));
            ++n_programs;
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(n_programs, 2);
        QCOMPARE(versions.value(0), QString(SALIENT_VERSION));  // the latest release stands first
    }

private:
    QTemporaryDir root_;
};

QTEST_GUILESS_MAIN(TestInstall)
#include "tst_install.moc"
