using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>The request that an offer and its answer hang on, as another process would know it again.</summary>
/// <param name="Method">Its method.</param>
/// <param name="CSeq">Its number as it came.</param>
/// <param name="Direction">Which way it goes.</param>
internal readonly record struct SdpOrigin(SipMethod Method, uint CSeq, DialogDirection Direction);
