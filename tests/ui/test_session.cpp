#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QUndoStack>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "bundled.h"
#include "session/job_runner.h"
#include "session/session.h"
#include "session/settings.h"
#include "simple_cnn.h"

using namespace mantissa;
using namespace mantissa::ui;

namespace {

constexpr int kPatience = 30000;  // ms; generous, because sanitizers and busy machines are slow

Format named(const char* name) { return format(name); }

}  // namespace

class TestSession final : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<Settings> settings_;

    /// Opens the bundled model and picture and waits for the first comparison.
    void openBundled(Session& session) {
        QSignalSpy ready(&session, &Session::compareReady);
        session.openModel(test::simpleCnn());
        session.openImage(bundledSamples().front());
        QVERIFY(ready.wait(kPatience));
    }

  private slots:
    void init() {
        settings_.reset();  // or its unwritten values would reach the next test
        QFile::remove(folder_.filePath("settings.ini"));
        settings_ = std::make_unique<Settings>(folder_.filePath("settings.ini"));
        settings_->set(option::kTimedRuns, 2);
    }

    void jobsRunOffTheGuiThreadAndAnswerOnIt() {
        JobRunner jobs;
        QThread* worker = nullptr;
        std::optional<int> answer;
        QThread* answeredOn = nullptr;
        jobs.start<int>(
            JobKind::compare,
            [&worker](std::stop_token, const Progress&) -> Result<int> {
                worker = QThread::currentThread();
                return 42;
            },
            [&](Result<int> result) {
                answer = *result;
                answeredOn = QThread::currentThread();
            });
        QVERIFY(jobs.busy());
        QTRY_VERIFY(answer.has_value());
        QCOMPARE(*answer, 42);
        QVERIFY(worker != QThread::currentThread());
        QCOMPARE(answeredOn, QThread::currentThread());
        QVERIFY(!jobs.busy());
    }

    void aNewerJobOfAKindMakesTheOlderStale() {
        JobRunner jobs;
        std::vector<int> answers;
        std::atomic<bool> firstBegan = false, firstWasStopped = false;
        jobs.start<int>(
            JobKind::compare,
            [&](std::stop_token stop, const Progress&) -> Result<int> {
                firstBegan = true;
                while (!stop.stop_requested()) std::this_thread::yield();
                firstWasStopped = true;
                return 1;
            },
            [&](Result<int> result) { answers.push_back(*result); });
        while (!firstBegan) std::this_thread::yield();
        jobs.start<int>(
            JobKind::compare, [](std::stop_token, const Progress&) -> Result<int> { return 2; },
            [&](Result<int> result) { answers.push_back(*result); });
        QTRY_VERIFY(!jobs.busy());
        QVERIFY(firstWasStopped);
        QCOMPARE(answers, std::vector<int>{2});
    }

    void jobsOfOtherKindsWaitTheirTurn() {
        JobRunner jobs;
        std::vector<int> answers;
        jobs.start<int>(
            JobKind::openModel, [](std::stop_token, const Progress&) -> Result<int> { return 1; },
            [&](Result<int> result) { answers.push_back(*result); });
        jobs.start<int>(
            JobKind::openImage, [](std::stop_token, const Progress&) -> Result<int> { return 2; },
            [&](Result<int> result) { answers.push_back(*result); });
        QTRY_COMPARE(answers, (std::vector<int>{1, 2}));
    }

    void cancelStopsAndStillAnswers() {
        JobRunner jobs;
        std::optional<ErrorCode> code;
        jobs.start<int>(
            JobKind::compare,
            [](std::stop_token stop, const Progress&) -> Result<int> {
                while (!stop.stop_requested()) std::this_thread::yield();
                return Error{.code = ErrorCode::cancelled, .message = "cancelled"};
            },
            [&](Result<int> result) { code = result.error().code; });
        jobs.cancel();
        QTRY_VERIFY(code.has_value());
        QCOMPARE(*code, ErrorCode::cancelled);
    }

    void theDestructorStopsAndWaits() {
        std::atomic<bool> ended = false;
        bool answered = false;
        {
            JobRunner jobs;
            std::atomic<bool> begun = false;
            jobs.start<int>(
                JobKind::compare,
                [&](std::stop_token stop, const Progress&) -> Result<int> {
                    begun = true;
                    while (!stop.stop_requested()) std::this_thread::yield();
                    ended = true;
                    return 0;
                },
                [&](Result<int>) { answered = true; });
            while (!begun) std::this_thread::yield();
        }
        QVERIFY(ended);
        QCoreApplication::processEvents();
        QVERIFY(!answered);
    }

    void whatAJobThrowsBecomesAnError() {
        JobRunner jobs;
        QString message;
        jobs.start<int>(
            JobKind::compare,
            [](std::stop_token, const Progress&) -> Result<int> { throw std::runtime_error("out of luck"); },
            [&](Result<int> result) { message = QString::fromStdString(result.error().message); });
        QTRY_COMPARE(message, QStringLiteral("out of luck"));
    }

    void progressCrossesThreads() {
        JobRunner jobs;
        QSignalSpy progress(&jobs, &JobRunner::progress);
        jobs.start<int>(
            JobKind::compare,
            [](std::stop_token, const Progress& tell) -> Result<int> {
                tell({.stage = "layer 1 of 2", .done = 1, .total = 2});
                return 0;
            },
            [](Result<int>) {});
        QTRY_VERIFY(!jobs.busy());
        QCOMPARE(progress.count(), 1);
    }

    void theBundledModelComparesAtOnce() {
        Session session(*settings_);
        openBundled(session);
        QVERIFY(session.report());
        QCOMPARE(session.report()->runs.size(), std::size_t{2});
        QVERIFY(session.report()->runs[1].ok());
        QCOMPARE(session.report()->model, session.model());
    }

    void aBadModelLeavesEverythingAsItWas() {
        Session session(*settings_);
        openBundled(session);
        const auto model = session.model();
        const auto report = session.report();
        const QString path = folder_.filePath("bad.safetensors");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("this is no model");
        file.close();
        QSignalSpy problem(&session, &Session::problem);
        session.openModel(path.toStdString());
        QVERIFY(problem.wait(kPatience));
        const auto what = problem[0][0].value<Problem>();
        QVERIFY(what.title.contains(QStringLiteral("bad.safetensors")));
        QVERIFY(!what.error.message.empty());
        QCOMPARE(session.model(), model);
        QCOMPARE(session.report(), report);
        QVERIFY(!settings_->recent(Settings::Recent::models).contains(path));
    }

    void aPictureThatOpensLeavesTheProblemWithTheModelShown() {
        Session session(*settings_);
        QSignalSpy problem(&session, &Session::problem), solved(&session, &Session::problemSolved),
            image(&session, &Session::imageChanged);
        session.openModel(MANTISSA_SOURCE_DIR "/README.md");
        session.openImage(MANTISSA_SOURCE_DIR "/resources/samples/cat.png");
        QTRY_COMPARE_WITH_TIMEOUT(problem.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(image.count(), 1, kPatience);
        QCOMPARE(solved.count(), 0);
        session.openModel(MANTISSA_SOURCE_DIR "/models/simple-cnn-cifar10");
        QTRY_VERIFY_WITH_TIMEOUT(solved.count() > 0, kPatience);
    }

    void aMissingPictureIsAProblem() {
        Session session(*settings_);
        QSignalSpy problem(&session, &Session::problem);
        session.openImage("/absent/picture.png");
        QVERIFY(problem.wait(kPatience));
        QCOMPARE(problem[0][0].value<Problem>().error.code, ErrorCode::unreadable);
        QVERIFY(!session.image());
    }

    void aComparisonThatGaveWayToABadFileRunsAgain() {
        Session session(*settings_);
        openBundled(session);
        QSignalSpy problem(&session, &Session::problem), ready(&session, &Session::compareReady);
        Choices choices = session.choices();
        choices.candidates = {named("fp16"), named("e4m3")};
        session.choose("Change the formats", choices);
        session.openImage(folder_.filePath("none.png").toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(problem.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, kPatience);
        QCOMPARE(session.report()->runs.size(), std::size_t{3});
        QVERIFY(!session.stale());
    }

    void withoutRunOnChangeWhatGaveWayIsStale() {
        Session session(*settings_);
        openBundled(session);
        session.setRunOnChange(false);
        QSignalSpy problem(&session, &Session::problem);
        session.run();
        session.openModel(folder_.filePath("none.safetensors").toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(problem.count(), 1, kPatience);
        QVERIFY(session.stale());
    }

    void aPictureTakenWhileABadModelOpensIsCompared() {
        Session session(*settings_);
        openBundled(session);
        QSignalSpy problem(&session, &Session::problem), ready(&session, &Session::compareReady);
        session.openModel(folder_.filePath("none.safetensors").toStdString());
        QImage picture(40, 30, QImage::Format_RGB888);
        picture.fill(Qt::red);
        session.pasteImage(picture);
        QTRY_COMPARE_WITH_TIMEOUT(problem.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, kPatience);
        QCOMPARE(session.report()->image->name, std::string("pasted image"));
    }

    void choosingRunsAndUndoBringsItBack() {
        Session session(*settings_);
        openBundled(session);
        QSignalSpy ready(&session, &Session::compareReady);
        Choices choices = session.choices();
        choices.candidates.push_back(named("fp16"));
        session.choose("Turn on FP16", choices);
        QVERIFY(ready.wait(kPatience));
        QCOMPARE(session.report()->runs.size(), std::size_t{3});
        QCOMPARE(session.undoStack().undoText(), QStringLiteral("Turn on FP16"));
        session.undoStack().undo();
        QVERIFY(ready.wait(kPatience));
        QCOMPARE(session.report()->runs.size(), std::size_t{2});
        session.undoStack().redo();
        QVERIFY(ready.wait(kPatience));
        QCOMPARE(session.report()->runs.size(), std::size_t{3});
    }

    void emulationOnRequestIsHonoured() {
        Session session(*settings_);
        openBundled(session);
        QSignalSpy ready(&session, &Session::compareReady);
        Choices choices = session.choices();
        choices.emulated = {named("bf16")};
        session.choose("Use emulated BF16", choices);
        QVERIFY(ready.wait(kPatience));
        QCOMPARE(session.report()->runs[1].mode, RunMode::emulated);
        QVERIFY(!session.report()->runs[1].latency);
    }

    void withoutRunOnChangeResultsGoStale() {
        Session session(*settings_);
        openBundled(session);
        session.setRunOnChange(false);
        const auto before = session.report();
        Choices choices = session.choices();
        choices.candidates.clear();
        session.choose("Turn off BF16", choices);
        QVERIFY(session.stale());
        QVERIFY(!session.busy());
        QCOMPARE(session.report(), before);
        QSignalSpy ready(&session, &Session::compareReady);
        session.run();
        QVERIFY(ready.wait(kPatience));
        QVERIFY(!session.stale());
        QCOMPARE(session.report()->runs.size(), std::size_t{1});
    }

    void cancellingKeepsTheLastResult() {
        Session session(*settings_);
        openBundled(session);
        const auto before = session.report();
        settings_->set(option::kTimedRuns, 1000);
        settings_->set(option::kTimeLimit, 60.0);
        QSignalSpy cancelled(&session, &Session::cancelled);
        session.run();
        session.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatience);
        QCOMPARE(cancelled.count(), 1);
        QCOMPARE(session.report(), before);
        QVERIFY(session.stale());
    }

    void aPastedPictureIsFlattenedOnWhite() {
        Session session(*settings_);
        QImage picture(5, 4, QImage::Format_ARGB32);
        picture.fill(QColor(255, 0, 0, 0));
        session.pasteImage(picture);
        QVERIFY(session.image());
        QCOMPARE(session.image()->rgb.width, 5);
        QCOMPARE(session.image()->rgb.pixels.size(), std::size_t{60});
        QVERIFY(std::all_of(session.image()->rgb.pixels.begin(), session.image()->rgb.pixels.end(),
                            [](auto byte) { return byte == 255; }));
        QCOMPARE(session.image()->sha256.size(), std::size_t{64});
    }

    void preprocessingBelongsToItsModel() {
        Session session(*settings_);
        openBundled(session);
        QSignalSpy ready(&session, &Session::compareReady);
        Choices choices = session.choices();
        Preprocessing other = session.preprocessing();
        other.flipChannels = !other.flipChannels;
        choices.preprocessing = other;
        session.choose("Change preprocessing", choices);
        QVERIFY(ready.wait(kPatience));
        QCOMPARE(session.report()->preprocessing.flipChannels, other.flipChannels);
        session.openModel(test::simpleCnn());
        QVERIFY(ready.wait(kPatience));
        QVERIFY(!session.choices().preprocessing);
        QVERIFY(!session.undoStack().canUndo());
    }

    void picturesAreToldFromModelsByContent() {
        const QString disguised = folder_.filePath("weights.safetensors");
        QFile::remove(disguised);
        QVERIFY(QFile::copy(QString::fromStdString(bundledSamples().front().string()), disguised));
        QVERIFY(looksLikePicture(disguised.toStdString()));
        QVERIFY(!looksLikePicture(test::simpleCnn()));
        QVERIFY(!looksLikePicture(test::simpleCnn() / "model.safetensors"));
    }

    void recentFilesAreFewAndNewestFirst() {
        for (int i = 0; i < 12; ++i) settings_->addRecent(Settings::Recent::images, QString::number(i));
        settings_->addRecent(Settings::Recent::images, QStringLiteral("9"));
        const QStringList recent = settings_->recent(Settings::Recent::images);
        QCOMPARE(recent.size(), option::kRecentFiles);
        QCOMPARE(recent.front(), QStringLiteral("9"));
        QCOMPARE(recent.count(QStringLiteral("9")), 1);
    }

    void settingsOutOfRangeFallBack() {
        {
            QSettings raw(folder_.filePath("settings.ini"), QSettings::IniFormat);
            raw.setValue("run/threads", 100000);
            raw.setValue("export/scale", "many");
        }
        Settings settings(folder_.filePath("settings.ini"));
        QCOMPARE(settings.value(option::kThreads), 0);
        QCOMPARE(settings.value(option::kExportScale), 2);
    }
};

QTEST_MAIN(TestSession)
#include "test_session.moc"
