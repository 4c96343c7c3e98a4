#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kCoat(156, 108, 66), kPale(222, 204, 176), kAntler(150, 124, 94);

void forestEdge(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {0, 330}, {{0, QColor(86, 100, 70)}, {1, QColor(128, 132, 88)}}));
    mottle(canvas, everywhere(),
           {.colour = QColor(54, 68, 42), .width = 90, .height = 120, .threshold = 0.52, .strength = 0.8, .seed = 120});
    mottle(
        canvas, everywhere(),
        {.colour = QColor(168, 170, 110), .width = 60, .height = 60, .threshold = 0.62, .strength = 0.6, .seed = 121});
    for (const double x : {30.0, 96.0, 300.0, 384.0, 462.0})
        fill(canvas, polygon({{x, 0}, {x + 20, 0}, {x + 26, 320}, {x - 6, 320}}),
             linear({x - 6, 0}, {x + 26, 0}, {{0, QColor(94, 80, 62)}, {1, QColor(52, 44, 34)}}));
    fill(canvas, polygon({{0, 310}, {512, 300}, {512, 512}, {0, 512}}),
         linear({0, 300}, {0, 512}, {{0, QColor(150, 146, 84)}, {1, QColor(116, 118, 56)}}));
    blurAll(canvas, 9);
    const QPainterPath grass = polygon({{0, 330}, {512, 330}, {512, 512}, {0, 512}});
    mottle(canvas, grass,
           {.colour = QColor(92, 98, 46),
            .width = 80,
            .height = 30,
            .threshold = 0.55,
            .strength = 0.6,
            .fade = 60,
            .seed = 122});
    strokes(canvas, grass,
            {.count = 1500,
             .length = 18,
             .width = 1.7,
             .contrast = 0.18,
             .angle = [](QPointF) { return -88.0; },
             .spread = 24});
}

/// A leg and its hoof. `shade` darkens the far ones; the near ones blend into the body at the top.
void leg(Canvas& canvas, const QPainterPath& shape, QPointF hoof, double shade) {
    const QRectF box = shape.boundingRect();
    fill(canvas, shape,
         linear(box.topLeft(), box.bottomLeft(),
                {{0, withAlpha(lighter(kCoat, -shade), shade > 0.2 ? 1 : 0)},
                 {0.2, lighter(kCoat, -shade)},
                 {0.6, lighter(kCoat, -shade - 0.15)},
                 {1, lighter(kCoat, -shade - 0.35)}}));
    fill(canvas,
         polygon({hoof + QPointF(-6, -12), hoof + QPointF(5, -12), hoof + QPointF(8, 3), hoof + QPointF(-11, 3)}),
         QColor(40, 32, 28));
}

const QPainterPath& foreLeg() {
    static const QPainterPath path = smooth({{196, 268},
                                             {194, 310},
                                             {198, 352},
                                             {199, 396},
                                             {196, 436},
                                             {208, 436},
                                             {211, 396},
                                             {214, 352},
                                             {224, 310},
                                             {240, 272}});
    return path;
}

const QPainterPath& hindLeg() {
    static const QPainterPath path = smooth({{334, 250},
                                             {338, 296},
                                             {362, 332},
                                             {376, 362},
                                             {372, 402},
                                             {367, 436},
                                             {379, 436},
                                             {385, 402},
                                             {392, 360},
                                             {384, 328},
                                             {396, 290},
                                             {402, 246}});
    return path;
}

void antlers(Canvas& canvas) {
    const auto beam = [&](std::initializer_list<QPointF> points, double width) {
        canvas.painter.strokePath(curve(points), QPen(lighter(kAntler, -0.45), width + 2, Qt::SolidLine, Qt::RoundCap));
        canvas.painter.strokePath(curve(points), QPen(kAntler, width, Qt::SolidLine, Qt::RoundCap));
    };
    beam({{146, 96}, {122, 74}, {104, 44}, {110, 14}}, 7);
    beam({{126, 78}, {104, 76}, {88, 64}}, 5);
    beam({{108, 52}, {86, 42}, {76, 24}}, 5);
    beam({{160, 94}, {184, 72}, {200, 42}, {194, 12}}, 7);
    beam({{180, 76}, {202, 74}, {218, 60}}, 5);
    beam({{197, 50}, {218, 40}, {228, 22}}, 5);
}

QPainterPath bodyShape() {
    return smooth({{92, 154},  {100, 138}, {124, 116}, {144, 98},  {166, 98},  {182, 124}, {194, 164}, {222, 196},
                   {284, 208}, {346, 200}, {384, 214}, {402, 246}, {394, 284}, {350, 298}, {288, 306}, {230, 304},
                   {194, 284}, {170, 246}, {158, 204}, {150, 172}, {134, 164}, {112, 170}, {96, 168}});
}

void barrel(Canvas& canvas) {
    const QPainterPath body = bodyShape();
    fill(canvas, body,
         linear({0, 96}, {0, 306},
                {{0, lighter(kCoat, 0.12)}, {0.5, kCoat}, {0.82, lighter(kCoat, -0.15)}, {1, kPale}}));
    softFill(canvas, ellipse({352, 232}, 36, 20, 10), withAlpha(lighter(kCoat, 0.4), 0.5),
             {.radius = 12, .inside = &body});
    softFill(canvas, ellipse({266, 226}, 66, 14, 4), withAlpha(lighter(kCoat, 0.4), 0.4),
             {.radius = 12, .inside = &body});
    softFill(canvas, smooth({{150, 168}, {172, 190}, {190, 250}, {176, 254}, {160, 210}}), withAlpha(kPale, 0.85),
             {.radius = 8, .inside = &body});
    softFill(canvas, curve({{232, 206}, {222, 250}, {234, 296}, {214, 276}, {208, 232}}),
             withAlpha(QColor(50, 30, 16), 0.4), {.radius = 8, .inside = &body});
    softFill(canvas, curve({{326, 214}, {320, 256}, {336, 296}, {308, 286}}), withAlpha(QColor(50, 30, 16), 0.35),
             {.radius = 9, .inside = &body});
    softFill(canvas, smooth({{386, 214}, {412, 226}, {410, 276}, {392, 280}, {382, 244}}),
             withAlpha(QColor(244, 236, 220), 0.95), {.radius = 5, .inside = &body});
    softFill(canvas, smooth({{88, 160}, {104, 154}, {124, 162}, {112, 174}, {92, 174}}), withAlpha(kPale, 0.9),
             {.radius = 5, .inside = &body});
    strokes(canvas, body,
            {.count = 1400,
             .length = 12,
             .width = 1.3,
             .contrast = 0.1,
             .angle = [](QPointF p) { return p.x() < 200 ? 66.0 : 16.0; },
             .edge = Edge::clipped});
}

void headDetails(Canvas& canvas) {
    for (const auto& ear : {smooth({{168, 104}, {196, 84}, {224, 86}, {208, 108}, {178, 118}}),
                            smooth({{142, 104}, {122, 100}, {106, 106}, {122, 116}, {140, 114}})})
        fill(canvas, ear,
             linear(ear.boundingRect().topLeft(), ear.boundingRect().bottomLeft(),
                    {{0, lighter(kCoat, 0.1)}, {1, lighter(kCoat, -0.4)}}));
    fill(canvas, smooth({{178, 106}, {198, 92}, {214, 91}, {202, 104}, {182, 112}}), withAlpha(kPale, 0.8));
    fill(canvas, ellipse({138, 124}, 6.5, 5.5), QColor(16, 10, 8));
    fill(canvas, ellipse({136, 122}, 1.8, 1.8), withAlpha(Qt::white, 0.9));
    fill(canvas, smooth({{88, 160}, {92, 150}, {104, 148}, {104, 160}, {94, 166}}), QColor(26, 20, 20));
    canvas.painter.strokePath(curve({{96, 168}, {112, 168}, {124, 162}}),
                              QPen(QColor(70, 46, 32), 1.8, Qt::SolidLine, Qt::RoundCap));
    fill(canvas, smooth({{386, 212}, {404, 214}, {416, 240}, {404, 256}, {394, 240}}),
         linear({390, 212}, {414, 250}, {{0, kCoat}, {1, QColor(240, 232, 218)}}));
}

}  // namespace

QImage drawDeer() {
    Canvas canvas(20);
    forestEdge(canvas);
    softFill(canvas, ellipse({290, 440}, 160, 12), withAlpha(QColor(30, 30, 8), 0.7), {.radius = 12});
    leg(canvas, foreLeg().translated(-26, -6), {176, 432}, 0.35);
    leg(canvas, hindLeg().translated(-34, -6), {340, 432}, 0.35);
    antlers(canvas);
    barrel(canvas);
    leg(canvas, foreLeg(), {202, 438}, 0.05);
    leg(canvas, hindLeg(), {374, 438}, 0.05);
    headDetails(canvas);
    const QPainterPath grass = polygon({{0, 430}, {512, 430}, {512, 512}, {0, 512}});
    strokes(canvas, grass,
            {.count = 700,
             .length = 20,
             .width = 1.9,
             .contrast = 0.16,
             .angle = [](QPointF) { return -88.0; },
             .spread = 24});
    return canvas.image;
}

}  // namespace mantissa::samples
