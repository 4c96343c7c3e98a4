#include "compare/model_facts.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {
namespace {

QString kindText(ModelKind kind) {
    switch (kind) {
        case ModelKind::huggingFace:
            return QObject::tr("Hugging Face folder");
        case ModelKind::torchScript:
            return QObject::tr("TorchScript");
        case ModelKind::exportedProgram:
            return QObject::tr("torch.export (.pt2)");
        case ModelKind::onnx:
            return QObject::tr("ONNX");
        case ModelKind::bareWeights:
            return QObject::tr("weights only");
    }
    return {};
}

}  // namespace

ModelFacts::ModelFacts(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    form_ = new QFormLayout;
    form_->setHorizontalSpacing(8);
    form_->setVerticalSpacing(3);
    form_->setLabelAlignment(Qt::AlignLeft);
    layout->addLayout(form_);
    layout->addStretch(1);
    setModel(nullptr, {}, 0);
}

void ModelFacts::addRow(const QString& name, const QString& value, const QString& toolTip) {
    auto* label = new ElidedLabel(Qt::ElideMiddle, this);
    label->setText(value);
    label->setFullText(toolTip);
    label->setFont(themeFont(FontRole::words, kSecondaryPixels));
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    form_->addRow(roleLabel(name, "caption", this), label);
}

void ModelFacts::setModel(const ModelPtr& model, const Preprocessing& preprocessing, std::size_t outputs) {
    while (form_->rowCount() > 0) form_->removeRow(0);
    if (!model) {
        addRow(tr("Model"), tr("none yet"));
        return;
    }
    const QString name = QString::fromStdString(model->name);
    addRow(tr("Name"), name);
    addRow(tr("Kind"), kindText(model->kind), QString::fromStdString(model->path.string()));
    addRow(tr("Network"), QString::fromStdString(model->architecture));
    addRow(tr("Values"), countText(model->parameterCount() + model->bufferCount()),
           tr("%1 parameters and %2 buffer values")
               .arg(groupedText(model->parameterCount()), groupedText(model->bufferCount())));
    addRow(tr("In FP32"), bytesText(model->bytesIn(format("fp32"))));
    addRow(tr("Input"), QStringLiteral("1×3×%1×%2").arg(preprocessing.inputHeight()).arg(preprocessing.inputWidth()));
    if (outputs > 0) addRow(tr("Output"), tr("%1 classes").arg(groupedText(static_cast<std::int64_t>(outputs))));
    addRow(tr("Channels"), (preprocessing.flipChannels ? QStringLiteral("BGR") : QStringLiteral("RGB")) +
                               (preprocessing.normalize      ? tr(", normalised")
                                : preprocessing.rescale == 1 ? tr(", 0 to 255")
                                                             : tr(", 0 to 1")));
    const QString digest = QString::fromStdString(model->sha256);
    for (const std::string& note : model->notes)
        addRow(tr("Note"), QString::fromStdString(note), QString::fromStdString(note));
    addRow(tr("SHA-256"), digest.left(6) + QStringLiteral("…") + digest.right(4), digest);
}

}  // namespace mantissa::ui
