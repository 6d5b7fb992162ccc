namespace Parley.Registrar;

/// <summary>The registrar's answer to a REGISTER.</summary>
/// <param name="StatusCode">200, or what is wrong.</param>
/// <param name="Reason">Null for the usual phrase.</param>
/// <param name="HeaderLines">Whole lines with CRLF.</param>
internal readonly record struct RegistrarReply(int StatusCode, string? Reason, ReadOnlyMemory<byte> HeaderLines);
