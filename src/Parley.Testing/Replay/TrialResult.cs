using Parley.Hosting;

namespace Parley.Testing;

/// <summary>What a tried request would have led to.</summary>
/// <param name="Request">The request as it was handed up, with what was added to the pasted text.</param>
/// <param name="Sent">What would have been sent, in order, retransmissions left out. Nobody answers: messages long after the first are what follows when the targets stay silent.</param>
/// <param name="Steps">The steps that were taken: those that the site was given (<see cref="ReplaySite.Steps"/>), else the application's <see cref="ParleyApplication.CallSteps"/>.</param>
public sealed record TrialResult(string Request, IReadOnlyList<TrialMessage> Sent, IReadOnlyList<CallFileStep> Steps);
