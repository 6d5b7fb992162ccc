namespace Parley.Load;

/// <summary>One run at one point of an axis.</summary>
internal sealed record ScaleSample(string Axis, int Point, int Standing, int Users, Sample Sample);
