import { nobleAesCbc } from '../../../src/internal/aes/noble.ts';
import { aesCbcArgumentsSuite, aesCbcSuite } from './engine.suite.ts';

aesCbcSuite('noble', nobleAesCbc);
aesCbcArgumentsSuite('noble', nobleAesCbc);
