namespace Parley.Management;

/// <summary>A packet in a pooled buffer.</summary>
/// <param name="Bytes">The buffer; of the shared pool.</param>
/// <param name="Length">The packet's length in it.</param>
internal readonly record struct HepBuffer(byte[] Bytes, int Length);
