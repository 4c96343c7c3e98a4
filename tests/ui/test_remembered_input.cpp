#include <QCheckBox>
#include <QFile>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <filesystem>

#include "compare/preprocessing_dialog.h"
#include "graph/sidecar.h"
#include "page_checks.h"
#include "pages/compare_page.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
namespace fs = std::filesystem;

/// The preprocessing dialog's memory: a file beside the model.
class TestRememberedInput final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;
    fs::path model_;

    Session& session() const { return fixture_.window->session(); }
    ComparePage* page() const { return fixture_.window->findChild<ComparePage*>(); }

    std::unique_ptr<PreprocessingDialog> dialog() const {
        auto dialog = std::make_unique<PreprocessingDialog>(session().preprocessing(), *session().model());
        dialog->show();
        return dialog;
    }
    static QCheckBox* box(const QWidget& dialog, const QString& text) {
        for (auto* box : dialog.findChildren<QCheckBox*>())
            if (box->text().startsWith(text)) return box;
        return nullptr;
    }
    static QCheckBox* rememberBox(const QWidget& dialog) { return box(dialog, QStringLiteral("Remember")); }
    fs::path names(const char* text) {
        QFile file(fixture_.folder.filePath("names.txt"));
        return file.open(QIODevice::WriteOnly) && file.write(text) > 0 ? fs::path(file.fileName().toStdString())
                                                                       : fs::path();
    }
    /// What the page does, with its own dialog: `change` is what the user does in it.
    bool edit(const std::function<void(PreprocessingDialog&)>& change) {
        page()->editPreprocessing();
        QPointer<PreprocessingDialog> shown = page()->findChild<PreprocessingDialog*>();
        if (!shown) return false;
        change(*shown);
        const bool reported = fixture_.emits(&Session::compareReady, [&] { shown->accept(); });
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        return reported;
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        QVERIFY(fixture_.open());
        // A copy: the file is written beside the model.
        model_ = fs::path(fixture_.folder.filePath("cnn").toStdString());
        fs::remove_all(model_);
        fs::remove(sidecarPath(model_));
        fs::copy(test::simpleCnn(), model_, fs::copy_options::recursive);
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { session().openModel(model_); }));
    }
    void cleanup() { fixture_.window.reset(); }

    void whatIsRememberedIsThereWhenTheModelIsOpenedAgain() {
        const Preprocessing own = session().model()->preprocessing;
        const std::string ownLabel = session().model()->label(1);
        const fs::path file = names("zero\none\ntwo\n");
        QVERIFY(edit([&](PreprocessingDialog& shown) {
            QVERIFY(!rememberBox(shown)->isChecked());
            QVERIFY(rememberBox(shown)->text().contains(QStringLiteral("cnn.json")));
            QTest::mouseClick(box(shown, QStringLiteral("Subtract")), Qt::LeftButton, {}, QPoint(5, 8));
            shown.useLabels(file);
            QVERIFY(rememberBox(shown)->isChecked());
        }));
        QVERIFY(fs::exists(sidecarPath(model_)));
        QCOMPARE(session().model()->preprocessing.normalize, !own.normalize);
        QCOMPARE(session().model()->label(1), std::string("one"));
        QVERIFY(!session().choices().preprocessing);
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { session().openModel(test::simpleCnn()); }));
        QCOMPARE(session().model()->preprocessing.normalize, own.normalize);
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { session().openModel(model_); }));
        QCOMPARE(session().model()->preprocessing.normalize, !own.normalize);
        QCOMPARE(session().model()->label(1), std::string("one"));

        QVERIFY(edit([&](PreprocessingDialog& shown) {
            QVERIFY(rememberBox(shown)->isChecked());
            QTest::mouseClick(rememberBox(shown), Qt::LeftButton, {}, QPoint(5, 8));
        }));
        QVERIFY(!fs::exists(sidecarPath(model_)));
        QCOMPARE(session().model()->preprocessing, own);
        QCOMPARE(session().model()->label(1), ownLabel);
    }

    void withoutTheBoxNothingIsWritten() {
        QVERIFY(edit([](PreprocessingDialog& shown) { box(shown, QStringLiteral("Subtract"))->click(); }));
        QVERIFY(!fs::exists(sidecarPath(model_)));
        QVERIFY(session().choices().preprocessing);
    }

    void assumedInputIsSaidOnThePage() {
        const QString said = QStringLiteral("was assumed");
        QVERIFY(!test::labelSays(*page(), said));
        QVERIFY(fs::remove(model_ / "preprocessor_config.json"));
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { session().openModel(model_); }));
        QTRY_VERIFY(test::labelSays(*page(), said));
        // Values that the user chooses are assumed no longer.
        QVERIFY(edit([](PreprocessingDialog& shown) { box(shown, QStringLiteral("Subtract"))->click(); }));
        QTRY_VERIFY(!test::labelSays(*page(), said));
    }

    void aFileWithoutNamesIsSaidInPlace() {
        const auto shown = dialog();
        shown->useLabels(names("cat\n\ndog\n"));
        QVERIFY(!shown->remembers());
        bool said = false;
        for (const auto* label : shown->findChildren<QLabel*>())
            said = said || label->text().contains(QStringLiteral("its line 2 holds no name of a class"));
        QVERIFY(said);
    }

    void aFileOfAnotherProgramIsNotOverwritten() {
        QFile other(QString::fromStdString(sidecarPath(model_).string()));
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("{\"mine\": 1}") > 0);
        other.close();
        page()->editPreprocessing();
        auto* shown = page()->findChild<PreprocessingDialog*>();
        rememberBox(*shown)->click();
        QSignalSpy problems(&session(), &Session::problem);
        shown->accept();
        QCOMPARE(problems.count(), 1);
        QVERIFY(problems.first().first().value<Problem>().title.contains(QStringLiteral("was not saved")));
        QVERIFY(other.open(QIODevice::ReadOnly));
        QCOMPARE(other.readAll(), QByteArray("{\"mine\": 1}"));
    }
};

QTEST_MAIN(TestRememberedInput)
#include "test_remembered_input.moc"
