namespace Parley.Management;

/// <summary>What would become of a request.</summary>
/// <param name="Line">In one line.</param>
/// <param name="Steps">What would be decided, in order.</param>
/// <param name="Targets">Where it would go, in order: those that are tried at once first, then those that follow when the former stay silent.</param>
/// <param name="Answer">The final answer that this element itself would give; null when a target's answer decides.</param>
/// <param name="Request">The request as it was taken, with what was added to the text.</param>
public sealed record RequestExplanation(
    string Line,
    IReadOnlyList<RequestExplanationStep> Steps,
    IReadOnlyList<RequestExplanationTarget> Targets,
    RequestExplanationAnswer? Answer,
    string Request
);
